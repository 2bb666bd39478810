"""Which function does what with which keys: from the Rust sources, key by key. The roles in the template say exactly this.

A new kind of key in functions/store/src/key.rs fails a test until it stands here, and in the roles of those who use it.
"""

# The kinds of keys in the content bucket, as patterns of S3.
CONTENT = {"config/site.toml", "config/tokens.json", "releases/*", "slugs/*", "idempotency/*", "set-aside/*", "pending/*", "pending/months/*", "due/*", "files/*", "uses/*", "journal/*"}

# Function: action: keys of the content bucket.
ON_CONTENT = {
    "accept": {
        # main.rs; auth.rs; revisions.rs, board.rs and every create that meets another (object.rs: create reads back); save.rs; idempotency.rs;
        # file.rs: arrived, private_url.
        "s3:GetObject": {"config/site.toml", "config/tokens.json", "releases/*", "slugs/*", "idempotency/*", "files/*"},
        # keep.rs and routes/write.rs: revisions and their markers; save.rs: reserve; idempotency.rs; file.rs: ticket.
        "s3:PutObject": {"releases/*", "slugs/*", "idempotency/*", "pending/*", "due/*", "files/*"},
    },
    "publish": {
        # main.rs; intake.rs and late.rs; log.rs; intake.rs: set_aside compares; file.rs: copy reads the source.
        "s3:GetObject": {"config/site.toml", "releases/*", "journal/*", "set-aside/*", "files/*"},
        # log.rs; intake.rs: set_aside; file.rs: show_file; months.rs: what is owed.
        "s3:PutObject": {"journal/*", "set-aside/*", "uses/*", "pending/months/*"},
        # lib.rs and sweep.rs: markers; file.rs: hide_file.
        "s3:DeleteObject": {"pending/*", "uses/*"},
    },
    "embargo": {
        # lib.rs: judge, and create reads back.
        "s3:GetObject": {"releases/*"},
        "s3:PutObject": {"releases/*", "pending/*"},
        "s3:DeleteObject": {"due/*"},
    },
    "invalidate": {},
}
# Prefixes that each function lists: board.rs and listing.rs (revisions); sweep.rs and file.rs (file_is_used); embargo's lib.rs.
LISTED = {"accept": {"releases/*"}, "publish": {"pending/*", "uses/*"}, "embargo": {"due/*", "releases/*"}, "invalidate": set()}

# Function: action: keys of the site bucket. releases.rs (texts) and file.rs (hide_file) remove; all else is written over. desk_pages/places.rs
# looks where a release is.
ON_SITE = {
    "accept": {"s3:GetObject": {"*"}},
    "publish": {"s3:GetObject": {"*"}, "s3:PutObject": {"*"}, "s3:DeleteObject": {"releases/*", "media/*"}},
    "embargo": {},
    "invalidate": {},
}

FUNCTIONS = {"accept": "AcceptFunction", "publish": "PublishFunction", "embargo": "EmbargoFunction", "invalidate": "InvalidateFunction"}
