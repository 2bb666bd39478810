"""What the template must keep. Each rule takes a resolved template and tells its faults; mutations.py breaks each rule at least once."""
RULES = {}


def rule(check):
    """A rule is a generator of faults."""
    RULES[check.__name__] = lambda template: list(check(template))
    return check


# Last: they take `rule` from here.
from . import alarms, api, buckets, events, functions, rest, rights, site  # noqa: E402, F401
