"""Prints the permissions that CloudFormation needs for resource types, from AWS's resource schemas in cfn-lint.

Usage: permissions.py TYPE… The output is JSON: {type: [permission, …]} for create, read, update and delete.
"""

import glob
import json
import os
import sys

import cfnlint

folder = os.path.join(os.path.dirname(cfnlint.__file__), "data", "schemas", "resources")
wanted = {name: set() for name in sys.argv[1:]}
for file in glob.glob(os.path.join(folder, "*.json")):
    with open(file) as opened:
        schema = json.load(opened)
    name = schema.get("typeName")
    if name in wanted:
        for handler in ("create", "read", "update", "delete"):
            wanted[name].update(schema.get("handlers", {}).get(handler, {}).get("permissions", []))
print(json.dumps({name: sorted(permissions) for name, permissions in wanted.items()}))
