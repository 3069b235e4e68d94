#!/usr/bin/env python3
"""Checks what Kaotai leaves behind without any of its code, from the published formats alone.

  verify.py --trust trust.jwks [--journal COPY.sqlite] [--result FILE.jws [--answers FILE.json [--paper FILE.json]]]...

An answers file is the array that a result's "responses" is the digest of; a paper file is what
`kaotai bank draw PACKAGE --draw FILE --json` prints, FILE being the draw that `kaotai journal draw` takes out of a
journal. Results and their files are named in the same order.
Exit code 0: everything fits; 1: something does not, each line says what. Needs python3-cryptography, and the openssl
command for signatures of suite gm (SM2 with SM3).
"""
import argparse, base64, hashlib, itertools, json, sqlite3, subprocess, sys, tempfile
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

sha = lambda data: hashlib.sha256(data).digest()
b64 = lambda data: base64.urlsafe_b64encode(data).rstrip(b"=").decode()
unb64 = lambda text: base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
# RFC 8785 for documents of ASCII member names, integers and strings, as all of these are.
canonical = lambda value: json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
problems = []


def check(condition, words):
    if not condition:
        problems.append(words)


def trusted(path):
    keys = {}
    for jwk in json.load(open(path))["keys"]:
        if jwk.get("kty") == "OKP" and jwk.get("crv") == "Ed25519":
            keys[b64(sha(canonical({name: jwk[name] for name in ("crv", "kty", "x")})))] = jwk
        elif jwk.get("kty") == "EC" and jwk.get("crv") == "SM2" and jwk.get("use") == "sig":
            keys[b64(sha(canonical({name: jwk[name] for name in ("crv", "kty", "x", "y")})))] = jwk
    return keys


def verify_sm2(jwk, signature, message):
    """r || s as a DER sequence of two integers, and the point as a SubjectPublicKeyInfo, for the openssl command."""
    if len(signature) != 64:
        raise ValueError("an SM2 signature has 64 bytes")
    def integer(data):
        data = data.lstrip(b"\0") or b"\0"
        data = b"\0" * (data[0] >> 7) + data
        return bytes([2, len(data)]) + data
    numbers = integer(signature[:32]) + integer(signature[32:])
    point = unb64(jwk["x"]) + unb64(jwk["y"])
    key = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d03420004") + point
    with tempfile.TemporaryDirectory() as folder:
        def file(name, data):
            open(f"{folder}/{name}", "wb").write(data)
            return f"{folder}/{name}"
        done = subprocess.run(
            ["openssl", "dgst", "-sm3", "-sigopt", "distid:1234567812345678", "-keyform", "DER",
             "-verify", file("key", key), "-signature", file("signature", bytes([0x30, len(numbers)]) + numbers),
             file("message", message)], capture_output=True)
    if done.returncode != 0:
        raise ValueError("openssl does not verify the SM2 signature")


def payload_of(jws, keys):
    header, payload, signature = jws.strip().split(".")
    fields = json.loads(unb64(header))
    key = keys.get(fields["kid"])
    if not key or fields["alg"] != ("SM2" if key["crv"] == "SM2" else "EdDSA"):
        raise ValueError("not signed with EdDSA or SM2 by a trusted key")
    message = f"{header}.{payload}".encode()
    if key["crv"] == "SM2":
        verify_sm2(key, unb64(signature), message)
    else:
        Ed25519PublicKey.from_public_bytes(unb64(key["x"])).verify(unb64(signature), message)
    document = json.loads(unb64(payload))
    if key.get("appliance", document["appliance"]) != document["appliance"]:
        raise ValueError("signed by the key of another appliance")
    return document


def check_journal(path, keys):
    database, previous, digests = sqlite3.connect(f"file:{path}?mode=ro", uri=True), bytes(32), {}
    for sequence, kind, stream, body, before, digest in database.execute(
            "SELECT sequence, kind, stream, body, previous, digest FROM entry ORDER BY sequence"):
        check(sequence == len(digests) + 1, f"entry {len(digests) + 1} is missing")
        check(before == previous, f"entry {sequence} does not follow the one before")
        previous = digests[sequence] = sha(
            before + sequence.to_bytes(8, "big") + sha(kind.encode()) + sha(stream.encode()) + sha(body))
        check(digest == previous, f"entry {sequence} is not what its digest was made from")
        document = json.loads(body)
        check(canonical(document) == body and {"at", "boot", "monotonic"} <= document.keys(), f"body of entry {sequence}")
    for sequence, jws in database.execute("SELECT sequence, jws FROM head ORDER BY sequence"):
        head = payload_of(jws, keys)
        check(head["sequence"] == sequence and head["digest"] == b64(digests.get(sequence, b"")), f"head {sequence}")
    print(f"{path}: {len(digests)} entries")
    return digests


def check_result(path, answers, paper, keys, digests):
    result = payload_of(open(path).read(), keys)
    if answers:
        check(b64(sha(canonical(json.load(open(answers))))) == result["responses"], f"{answers} is not what was signed")
    if paper:
        items = [{"item": i["id"], "version": i["version"], "options": i["options"]} for i in json.load(open(paper))["items"]]
        check(b64(sha(canonical(items))) == result["paper"]["digest"], f"{paper} is not the paper that was sat")
    if digests is not None:
        last = result["journal"]["last"]
        check(b64(digests.get(last, b"")) == result["journal"]["digest"], f"{path}: entry {last} is not the journal's")
    check(result["passed"] == (result["score"] >= result["passMark"]), f"{path}: score and verdict disagree")
    print(f"{path}: {result['attempt']} {result['score']}/{result['full']} {'passed' if result['passed'] else 'failed'}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trust", required=True)
    parser.add_argument("--journal")
    for name in ("--result", "--answers", "--paper"):
        parser.add_argument(name, action="append", default=[])
    options = parser.parse_args()
    try:
        keys = trusted(options.trust)
        digests = check_journal(options.journal, keys) if options.journal else None
        for path, answers, paper in itertools.zip_longest(options.result, options.answers, options.paper):
            check_result(path, answers, paper, keys, digests)
    except (ValueError, KeyError, sqlite3.Error, InvalidSignature) as error:
        problems.append(f"{type(error).__name__}: {error}")
    for words in problems:
        print("wrong:", words)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
