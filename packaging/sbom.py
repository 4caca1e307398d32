#!/usr/bin/env python3
"""The bill of materials of the program as CycloneDX 1.5: each crate that is linked into it, with
its version, licence and checksum, by what cargo says of the locked dependencies."""

import json
import subprocess
import sys


def metadata():
    command = ["cargo", "metadata", "--format-version", "1", "--locked"]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def checksums():
    """The checksum of each crate, from Cargo.lock."""
    found, name, version = {}, None, None
    with open("Cargo.lock", encoding="utf-8") as lock:
        for line in lock:
            key, _, value = line.strip().partition(" = ")
            value = value.strip('"')
            if key == "name":
                name = value
            elif key == "version":
                version = value
            elif key == "checksum":
                found[name, version] = value
    return found


def linked(nodes, root):
    """The packages that are linked into a package: no tools of its build or its tests."""
    by_id = {node["id"]: node for node in nodes}
    seen, open_ = set(), [root]
    while open_:
        package = open_.pop()
        if package in seen:
            continue
        seen.add(package)
        for dependency in by_id[package]["deps"]:
            if any(kind["kind"] is None for kind in dependency["dep_kinds"]):
                open_.append(dependency["pkg"])
    return seen


def main():
    data, sums = metadata(), checksums()
    packages = {package["id"]: package for package in data["packages"]}
    root = next(p for p in packages.values() if p["name"] == "nearcopy" and p["source"] is None)
    nodes = data["resolve"]["nodes"]
    needed = linked(nodes, root["id"])

    def purl(package):
        return f"pkg:cargo/{package['name']}@{package['version']}"

    def component(package, kind):
        out = {
            "type": kind,
            "bom-ref": purl(package),
            "name": package["name"],
            "version": package["version"],
            "purl": purl(package),
        }
        if package.get("license"):
            out["licenses"] = [{"expression": package["license"].replace("/", " OR ")}]
        checksum = sums.get((package["name"], package["version"]))
        if checksum:
            out["hashes"] = [{"alg": "SHA-256", "content": checksum}]
        return out

    of = sorted(needed - {root["id"]}, key=lambda ident: purl(packages[ident]))
    edges = []
    for node in sorted(nodes, key=lambda node: node["id"]):
        if node["id"] in needed:
            depends = {d["pkg"] for d in node["deps"]} & needed
            edges.append(
                {
                    "ref": purl(packages[node["id"]]),
                    "dependsOn": sorted(purl(packages[ident]) for ident in depends),
                }
            )
    json.dump(
        {
            "bomFormat": "CycloneDX",
            "specVersion": "1.5",
            "version": 1,
            "metadata": {"component": component(root, "application")},
            "components": [component(packages[ident], "library") for ident in of],
            "dependencies": edges,
        },
        sys.stdout,
        indent=1,
    )
    print()


main()
