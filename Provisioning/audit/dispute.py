#!/usr/bin/env python3
"""Checks an archive of `kaotai dispute export` without any of Kaotai's code, from the published formats alone.

  dispute.py ARCHIVE.zip --trust trust.jwks

trust.jwks comes from the center. Exit code 0: everything fits; 1: something does not, each line says what.
Needs python3-cryptography, and the openssl command for signatures of suite gm.
"""
import argparse, hashlib, json, sys, zipfile
from verify import b64, canonical, payload_of, sha, trusted

problems = []


def check(condition, words):
    if not condition:
        problems.append(words)
    return bool(condition)


def check_manifest(files, keys):
    manifest = payload_of(files.pop("manifest.jws").decode(), keys)
    check(manifest.get("purpose") == "dispute", "manifest.jws is signed, but is no manifest of an archive")
    named = manifest["files"]
    for name in sorted(named.keys() - files.keys()):
        check(False, f"{name} is missing")
    for name in sorted(files.keys() - named.keys()):
        check(False, f"{name} is not in the manifest")
    for name in sorted(files.keys() & named.keys()):
        check(hashlib.sha256(files[name]).hexdigest() == named[name], f"{name} is not the file that was signed")
    return manifest


def check_chain(lines, stream):
    """Digests by sequence, and the entries that are shown."""
    digest, digests, entries = bytes.fromhex(lines[0]["previous"]), {}, []
    for line in lines[1:]:
        sequence = line["sequence"]
        if digests:
            check(sequence == max(digests) + 1, f"entry {max(digests) + 1} is missing from the chain")
        if "hidden" in line:
            parts = [bytes.fromhex(part) for part in line["hidden"]]
            check([len(part) for part in parts] == [32, 32, 32], f"entry {sequence} is not hidden by three hashes")
            check(parts[1] != sha(stream.encode()), f"entry {sequence} of the attempt is hidden")
        else:
            parts = [sha(line[name].encode()) for name in ("kind", "stream", "body")]
            entries.append((sequence, line["kind"], line["stream"], json.loads(line["body"])))
        digest = digests[sequence] = sha(digest + sequence.to_bytes(8, "big") + b"".join(parts))
    return digests, entries


def check_signed(name, files, keys, digests, appliance):
    said = payload_of(files[name].decode(), keys)
    check(said["appliance"] == appliance, f"{name} is of another appliance")
    check(b64(digests.get(said["sequence"], b"")) == said["digest"], f"{name} does not sign entry {said['sequence']} of this chain")
    return said["sequence"]


def check_attempt(manifest, files, keys, digests, entries):
    own = [entry for entry in entries if entry[2] == "attempt/" + manifest["attempt"]]
    answers, paper, started, slip, result = {}, [], {}, None, None
    for sequence, kind, _, body in own:
        if kind == "attempt.started":
            started, paper = body, body["paper"]["items"]
        elif kind == "attempt.chose":
            check(not result and paper[body["number"] - 1]["item"] == body["item"], f"entry {sequence} chooses for another question")
            answers[body["number"]] = body["answer"]
        elif kind == "attempt.result":
            result = body["jws"]
        elif kind == "attempt.slip":
            slip = body["digest"]
    check(own and own[0][1] == "attempt.opened", "the attempt's first entry is not its beginning")
    responses = [{"item": place["item"], "version": place["version"], "answer": answers.get(number, [])}
                 for number, place in enumerate(paper, 1)]
    if "paper.json" in files:
        items = [{"item": place["item"], "version": place["version"], "options": place["options"]} for place in paper]
        check(canonical(items) == canonical(json.loads(files["paper.json"])), "paper.json is not the paper of the entries")
    if "answers.json" in files:
        check(canonical(responses) == canonical(json.loads(files["answers.json"])), "answers.json are not the answers of the entries")
    if "slip.pdf" in files:
        check(b64(sha(files["slip.pdf"])) == slip, "slip.pdf is not the slip that was stored")
    reported = {(scene["revision"], scene["digest"]) for _, kind, _, body in entries if kind == "seat.shown"
                for scene in body["scenes"]}
    for line in files["shown.jsonl"].decode().splitlines():
        scene = json.loads(line)
        check("digest" not in scene or (scene["revision"], scene["digest"]) in reported,
              f"the digest of revision {scene['revision']} is not the one that was reported")
    if not check(("result.jws" in files) == (result is not None), "the result is missing, or is not the attempt's"):
        return
    if result is None:
        return print(f"{manifest['attempt']}: not finished")
    check(files["result.jws"].decode().strip() == result, "result.jws is not the result of the entries")
    said = payload_of(result, keys)
    last = said["journal"]["last"]
    check(said["attempt"] == manifest["attempt"], "the result is of another attempt")
    check(said["appliance"] == manifest["appliance"], "the result is of another appliance")
    check(said["journal"]["first"] == own[0][0], "the result names another first entry")
    check(b64(digests.get(last, b"")) == said["journal"]["digest"], f"the result does not name entry {last} of this chain")
    check(b64(sha(canonical(responses))) == said["responses"], "the result was given for other answers")
    check(said["passed"] == (said["score"] >= said["passMark"]), "the result's score and verdict disagree")
    if "questions.json" in files:
        questions = json.loads(files["questions.json"])
        check([(q["item"], q["version"]) for q in questions] == [(p["item"], p["version"]) for p in paper],
              "questions.json holds other questions")
        if all("key" in question for question in questions):
            right = sum(sorted(q["key"]) == sorted(r["answer"]) for q, r in zip(questions, responses))
            check(right * started["pointsEach"] == said["score"], f"counted again the score is {right * started['pointsEach']}")
            print(f"counted again: {right} of {len(questions)} right")
    print(f"{said['attempt']}: {said['score']}/{said['full']} {'passed' if said['passed'] else 'failed'}")


def check_archive(path, keys):
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        check(len(names) == len(set(names)), "two files of the archive have one name")
        check(sum(info.file_size for info in archive.infolist()) < 1 << 30, "the archive is too large")
        if problems:
            return
        files = {name: archive.read(name) for name in names}
    manifest = check_manifest(files, keys)
    # What was altered is not looked into.
    if problems:
        return
    lines = [json.loads(line) for line in files["chain.jsonl"].decode().splitlines()]
    digests, entries = check_chain(lines, "attempt/" + manifest["attempt"])
    end = check_signed("head.jws", files, keys, digests, manifest["appliance"])
    check(end == max(digests), "entries follow the signed head")
    if "receipt.jws" in files:
        check_signed("receipt.jws", files, keys, digests, manifest["appliance"])
    else:
        print("no receipt of the center is in the archive: that the chain was not made later is not proven")
    check_attempt(manifest, files, keys, digests, entries)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("archive")
    parser.add_argument("--trust", required=True)
    options = parser.parse_args()
    try:
        check_archive(options.archive, trusted(options.trust))
    except Exception as error:
        # Whatever a stranger put into an archive, it is not one that fits.
        problems.append(f"{type(error).__name__}: {error}")
    for words in problems:
        print("wrong:", words)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
