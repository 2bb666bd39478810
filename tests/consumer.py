#!/usr/bin/env python3
"""Keeps a folder equal to the public releases of a site: run it as often as you like.

    consumer.py https://press.example.org FOLDER [--replay]

One number, the last `seq` seen, is all it keeps besides the releases. A change applies if its revision is the highest of its release.
"""
import hashlib, json, os, pathlib, sys, urllib.error, urllib.request


def fetch(url, etag=None):
    """Bytes and ETag; no bytes when they are as they were, or are not there."""
    request = urllib.request.Request(url, headers={"If-None-Match": etag} if etag else {})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.read(), answer.headers["ETag"]
    except urllib.error.HTTPError as error:
        if error.code in (304, 404, 410):
            return None, etag
        raise


def write(path, data):
    part = path.with_suffix(".part")
    part.write_bytes(data)
    os.replace(part, path)


def main(site, folder, replay=False):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    cursor = folder / "cursor"
    state = {"seq": 0, "etag": None, "revisions": {}} if replay or not cursor.exists() else json.loads(cursor.read_text())
    body, etag = fetch(json.loads(fetch(site + "/index.json")[0])["changes"], state["etag"])
    if body is None:
        return
    head = page = json.loads(body)
    changes = page["changes"]
    while (changes[0]["seq"] if changes else head["seq"] + 1) > state["seq"] + 1 and page["previous"]:
        page = json.loads(fetch(page["previous"])[0])
        changes = page["changes"] + changes
    for change in (change for change in changes if change["seq"] > state["seq"]):
        release, file = change["release"], folder / (change["release"] + ".json")
        if change["revision"] > state["revisions"].get(release, 0):
            state["revisions"][release] = change["revision"]
            document = fetch(change["url"])[0] if change["status"] == "published" else None
            if document is None:  # Withdrawn, now or by a later change.
                file.unlink(missing_ok=True)
            elif hashlib.sha256(document).hexdigest() != change["sha256"]:
                sys.exit(f"{change['url']}: expected the SHA-256 {change['sha256']}; run me again")
            else:
                write(file, document)
    write(cursor, json.dumps({**state, "seq": head["seq"], "etag": etag}).encode())


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"), sys.argv[2], "--replay" in sys.argv)
