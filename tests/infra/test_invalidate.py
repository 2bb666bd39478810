"""The function that takes withdrawn documents from the CDN, with a CDN that notes what it is told."""
import importlib.util, json, os, pathlib, sys, types, unittest
from unittest import mock

FILE = pathlib.Path(__file__).resolve().parents[2] / "infra" / "invalidate.py"


class Cdn:
    def __init__(self):
        self.asked = []

    def create_invalidation(self, **request):
        self.asked.append(request)


def load():
    cdn = Cdn()
    sdk = types.SimpleNamespace(client=lambda service: cdn if service == "cloudfront" else None)
    with mock.patch.dict(sys.modules, {"boto3": sdk}):
        spec = importlib.util.spec_from_file_location("invalidate", FILE)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return module, cdn


def message(*keys, id_="m1"):
    return {"messageId": id_, "body": json.dumps({"Records": [{"eventName": "ObjectRemoved:Delete", "s3": {"object": {"key": key}}} for key in keys]})}


@mock.patch.dict(os.environ, {"DISTRIBUTION": "E1"})
@mock.patch("builtins.print", lambda *_: None)
class Invalidation(unittest.TestCase):
    def test_names_all_paths_of_a_batch_once(self):
        module, cdn = load()
        module.handler({"Records": [message("releases/a/v1.json"), message("media/x/q.jpg", "releases/a/v1.json", id_="m2")]}, None)
        self.assertEqual([(one["DistributionId"], one["InvalidationBatch"]["Paths"]) for one in cdn.asked],
                         [("E1", {"Quantity": 2, "Items": ["/media/x/q.jpg", "/releases/a/v1.json"]})])

    def test_decodes_a_key_once_and_asks_as_readers_do(self):
        module, _ = load()
        found = module.paths({"Records": [message("media/x/quay+at+night+%281%29.jpg", "media/x/%E9%97%AD%E5%B9%95.jpg", "media/x/a%2Bb.jpg", "media/x/50%2525.jpg")]})
        self.assertEqual(found, ["/media/x/%E9%97%AD%E5%B9%95.jpg", "/media/x/50%2525.jpg", "/media/x/a%2Bb.jpg", "/media/x/quay%20at%20night%20%281%29.jpg"])

    def test_is_the_same_when_a_batch_comes_again(self):
        module, cdn = load()
        for _ in range(2):
            module.handler({"Records": [message("releases/a/v1.json", id_="m1"), message("releases/b/v1.json", id_="m2")]}, None)
        module.handler({"Records": [message("releases/a/v1.json", id_="m3")]}, None)
        references = [one["InvalidationBatch"]["CallerReference"] for one in cdn.asked]
        self.assertEqual((references[0] == references[1], references[0] == references[2]), (True, False))

    def test_of_nothing_is_not_asked_for(self):
        module, cdn = load()
        module.handler({"Records": [{"messageId": "m1", "body": json.dumps({"Service": "Amazon S3", "Event": "s3:TestEvent"})}]}, None)
        self.assertEqual(cdn.asked, [])

    def test_that_fails_brings_the_batch_back(self):
        module, cdn = load()
        cdn.create_invalidation = mock.Mock(side_effect=RuntimeError("TooManyInvalidationsInProgress"))
        with self.assertRaises(RuntimeError):
            module.handler({"Records": [message("releases/a/v1.json")]}, None)


if __name__ == "__main__":
    unittest.main()
