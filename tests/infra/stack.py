#!/usr/bin/env python3
"""Tells what the stories need to know of a deployed stack, as JSON: buckets, API, and the credentials of the environment.

    target/tools/sam/bin/python tests/infra/stack.py NAME

tests/src/stack.rs asks it. With AWS_ENDPOINT_URL it is a stack in an emulator, which tells APIs by the name that they are called by.
"""
import json, os, sys, urllib.parse

import boto3


def told(name):
    session = boto3.Session()
    stack = session.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]
    outputs = {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}
    credentials = session.get_credentials().get_frozen_credentials()
    found = {"content": outputs["ContentBucketName"], "site": outputs["SiteBucketName"], "api": outputs["ApiUrl"].rstrip("/"), "host": None,
             "endpoint": os.environ.get("AWS_ENDPOINT_URL"), "region": session.region_name,
             "key": credentials.access_key, "secret": credentials.secret_key, "session": credentials.token}
    if found["endpoint"]:
        api = urllib.parse.urlsplit(found["api"]).hostname.split(".")[0]
        found["host"] = f"{api}.execute-api.localhost:{urllib.parse.urlsplit(found['endpoint']).port}"
        found["api"] = found["endpoint"]
    return found


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("tests/infra/stack.py: expected the name of a stack")
    print(json.dumps(told(sys.argv[1])))
