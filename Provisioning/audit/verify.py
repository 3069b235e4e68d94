#!/usr/bin/env python3
"""Checks what Kaotai leaves behind without any of its code, from the published formats alone (Documentation/journal.md).

  verify.py --trust trust.jwks [--journal COPY.sqlite] [--anchor FILE]... [--bank DIR]...
            [--result FILE.jws [--answers FILE.json [--paper FILE.json]]]...
  verify.py --trust trust.jwks [--anchor FILE]... [--bank DIR]... --batch

An anchor file holds what others have of the journal, one JWS a line: receipts of the center, results from slips, heads.
A bank is the folder that `kaotai bank open` leaves; with it every score of the journal is counted again. An answers file
is the array that a result's "responses" is the digest of; a paper file is what `kaotai bank draw PACKAGE --draw FILE
--json` prints, FILE being the draw that `kaotai journal draw` takes out of a journal. Results and their files are named
in the same order. --batch reads names of journals from standard input and answers each with one line of JSON:
{good, entries, heads, results, recounted, problems}.

Exit code 0: everything fits; 1: something does not, each line says what. Needs python3-cryptography, and the openssl
command for signatures of suite gm (SM2 with SM3).
"""
import argparse, base64, functools, hashlib, itertools, json, os, sqlite3, subprocess, sys, tempfile, urllib.parse
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

SCHEMA = [
    ("table", "entry", "CREATE TABLE entry(sequence INTEGER PRIMARY KEY, kind TEXT NOT NULL, stream TEXT NOT NULL, "
     "body BLOB NOT NULL, previous BLOB NOT NULL, digest BLOB NOT NULL) STRICT"),
    ("table", "head", "CREATE TABLE head(sequence INTEGER PRIMARY KEY, jws TEXT NOT NULL) STRICT"),
    ("table", "subject", "CREATE TABLE subject(subject TEXT PRIMARY KEY, appliance TEXT NOT NULL, center TEXT, "
     "sequence INTEGER NOT NULL) STRICT"),
    ("index", "entry_stream", "CREATE INDEX entry_stream ON entry(stream, sequence)"),
    ("index", "subject_sequence", "CREATE INDEX subject_sequence ON subject(sequence)"),
    ("index", "sqlite_autoindex_subject_1", None),
]
APPLICATION, VERSION = 0x4B414F4A, 1


class Wrong(Exception):
    pass


def check(condition, words):
    if not condition:
        raise Wrong(words)


# MARK: documents

sha = lambda data: hashlib.sha256(data).digest()
b64 = lambda data: base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text):
    check(isinstance(text, str) and text.isascii() and not set(text) - set(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"), "a text that is not base64url")
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    check(b64(data) == text, "a text that is not base64url as it is written")
    return data


def members(pairs):
    check(len({name for name, _ in pairs}) == len(pairs), "a member stands twice in an object")
    return dict(pairs)


def number(text):
    value = int(text)
    check(abs(value) < 2 ** 53, "an integer of 2^53 or beyond")
    return value


def refuse(text):
    raise Wrong(f"a number that is no integer: {text}")


def parse(data):
    return json.loads(data.decode("utf-8"), object_pairs_hook=members, parse_int=number, parse_float=refuse,
                      parse_constant=refuse)


def canonical(value):
    """RFC 8785 for documents without fractions: members by their UTF-16 units, the shortest escapes, no blanks."""
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return b"{" + b",".join(canonical(name) + b":" + canonical(value[name]) for name in names) + b"}"
    if isinstance(value, list):
        return b"[" + b",".join(map(canonical, value)) + b"]"
    return json.dumps(value, ensure_ascii=False).encode("utf-8")


digest_of = lambda value: b64(sha(canonical(value)))


@functools.lru_cache(maxsize=1 << 17)
def body_of(data):
    """A body's members; the same bytes are judged once, also in many files."""
    document = parse(data)
    check(isinstance(document, dict) and canonical(document) == data, "not an object in the form of RFC 8785")
    check(isinstance(document.get("at"), str) and isinstance(document.get("boot"), str)
          and type(document.get("monotonic")) is int, "lacks at, boot or monotonic")
    return document


# MARK: signatures

def trusted(path):
    keys = {}
    for jwk in json.load(open(path))["keys"]:
        if jwk.get("kty") == "OKP" and jwk.get("crv") == "Ed25519":
            keys[b64(sha(canonical({name: jwk[name] for name in ("crv", "kty", "x")})))] = jwk
        elif jwk.get("kty") == "EC" and jwk.get("crv") == "SM2" and jwk.get("use") == "sig":
            keys[b64(sha(canonical({name: jwk[name] for name in ("crv", "kty", "x", "y")})))] = jwk
    return keys


def verify_sm2(x, y, signature, message):
    """r || s as a DER sequence of two integers, and the point as a SubjectPublicKeyInfo, for the openssl command."""
    check(len(signature) == 64, "an SM2 signature has 64 bytes")
    def integer(data):
        data = data.lstrip(b"\0") or b"\0"
        data = b"\0" * (data[0] >> 7) + data
        return bytes([2, len(data)]) + data
    numbers = integer(signature[:32]) + integer(signature[32:])
    key = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d03420004") + unb64(x) + unb64(y)
    with tempfile.TemporaryDirectory() as folder:
        def file(name, data):
            open(f"{folder}/{name}", "wb").write(data)
            return f"{folder}/{name}"
        done = subprocess.run(
            ["openssl", "dgst", "-sm3", "-sigopt", "distid:1234567812345678", "-keyform", "DER",
             "-verify", file("key", key), "-signature", file("signature", bytes([0x30, len(numbers)]) + numbers),
             file("message", message)], capture_output=True)
    check(done.returncode == 0, "openssl does not verify the SM2 signature")


@functools.lru_cache(maxsize=1 << 16)
def verify_signature(curve, x, y, signature, message):
    """A signature is looked at once, also when it stands in many files."""
    if curve == "SM2":
        return verify_sm2(x, y, signature, message)
    try:
        Ed25519PublicKey.from_public_bytes(unb64(x)).verify(signature, message)
    except InvalidSignature:
        raise Wrong("the signature does not fit") from None


def payload_of(jws, keys):
    parts = jws.strip().split(".")
    check(len(parts) == 3, "not a JWS of three parts")
    header, payload, signature = parts
    fields = parse(unb64(header))
    key = keys.get(fields["kid"])
    check(key and fields["alg"] == ("SM2" if key["crv"] == "SM2" else "EdDSA") and not {"crit", "b64"} & fields.keys(),
          "not signed with EdDSA or SM2 by a trusted key")
    verify_signature(key["crv"], key["x"], key.get("y"), unb64(signature), f"{header}.{payload}".encode())
    document = parse(unb64(payload))
    check(key.get("appliance", document.get("appliance")) == document.get("appliance"),
          "signed by the key of another appliance")
    return document


# MARK: a journal

class Journal:
    """One file, read from its first entry to its last; what is wrong is in `problems`."""

    def __init__(self, path, keys, anchors=(), banks=None):
        self.keys, self.banks = keys, banks or {}
        self.problems, self.digests, self.results, self.recounted, self.heads = [], {}, 0, 0, 0
        self.claims, self.over, self.appliances, self.attempts, self.subjects = {}, set(), set(), {}, {}
        try:
            self.database = sqlite3.connect(f"file:{urllib.parse.quote(path)}?mode=ro&immutable=1", uri=True)
            self.read(anchors)
        except (Wrong, ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError, OverflowError,
                sqlite3.Error) as error:
            self.problems.append(str(error) if isinstance(error, Wrong) else f"{type(error).__name__}: {error}")
        finally:
            if hasattr(self, "database"):
                self.database.close()

    def rows(self, query):
        return self.database.execute(query)

    def read(self, anchors):
        check(self.rows("PRAGMA application_id").fetchone()[0] == APPLICATION, "the file is no journal")
        check(self.rows("PRAGMA user_version").fetchone()[0] == VERSION, "the file is of another version")
        plain = lambda sql: sql and " ".join(sql.split())
        schema = {(kind, name, plain(sql)) for kind, name, sql in self.rows("SELECT type, name, sql FROM sqlite_schema")}
        check(schema == set(SCHEMA), "the file's tables are not a journal's")
        sound = self.rows("PRAGMA integrity_check(1)").fetchone()[0]
        check(sound == "ok", f"the database is damaged: {sound}")
        for sequence, jws in self.rows("SELECT sequence, jws FROM head ORDER BY sequence"):
            check(type(sequence) is int and type(jws) is str, "a head that is not stored as a number and a text")
            head = payload_of(jws, self.keys)
            check(head["sequence"] == sequence, f"the head stored at entry {sequence} speaks of another")
            self.claim(head["appliance"], sequence, head["digest"], "its head")
            self.over.add(sequence)
        for jws in anchors:
            said = payload_of(jws, self.keys)
            place = said.get("journal") or {"last": said["sequence"], "digest": said["digest"]}
            self.claim(said["appliance"], place["last"], place["digest"], "an anchor")
        check(len(self.appliances) <= 1, "heads and anchors speak for several appliances")
        self.chain()
        check(self.digests, "there is no entry")
        check(not self.claims, f"entries {sorted(self.claims)} were seen and are not there")
        check(len(self.digests) in self.over, "no head is over the last entry")
        self.compare_subjects()

    def claim(self, appliance, sequence, digest, who):
        self.appliances.add(appliance)
        self.claims.setdefault(sequence, []).append((digest, who))

    def chain(self):
        previous, last = bytes(32), 0
        for row in self.rows("SELECT sequence, kind, stream, body, previous, digest FROM entry NOT INDEXED "
                             "ORDER BY sequence"):
            sequence, kind, stream, body, before, digest = row
            check([type(value) for value in row] == [int, str, str, bytes, bytes, bytes],
                  f"entry {last + 1} is not stored as numbers, texts and bytes should be")
            check(sequence == last + 1, f"entry {last + 1} is missing, entry {sequence} follows")
            check(before == previous, f"entry {sequence} does not follow the one before")
            previous = sha(before + sequence.to_bytes(8, "big") + sha(kind.encode()) + sha(stream.encode()) + sha(body))
            check(digest == previous, f"entry {sequence} is not what its digest was made from")
            self.digests[sequence], last = digest, sequence
            for claimed, who in self.claims.pop(sequence, []):
                check(claimed == b64(digest), f"entry {sequence} has another digest than {who} says")
            try:
                self.take(sequence, kind, stream, body_of(body), before)
            except (Wrong, ValueError, KeyError, TypeError, IndexError) as error:
                raise Wrong(f"entry {sequence}: {type(error).__name__}: {error}") from None

    def take(self, sequence, kind, stream, body, before):
        if sequence in self.over:
            self.heads += 1
        else:
            check(body.get("head") is not True, "its head was removed")
        for name, digest in body.get("subjects", {}).items():
            self.subjects[name] = (sequence, digest)
        if kind == "subject.erased":
            self.subjects.pop(body["subject"], None)
        if kind.startswith("attempt."):
            self.attempt(sequence, kind, stream, body, before)

    def compare_subjects(self):
        for subject, appliance, center, sequence in self.rows(
                "SELECT subject, appliance, center, sequence FROM subject NOT INDEXED"):
            check(type(subject) is str and type(appliance) is str and type(sequence) is int
                  and type(center) in (str, type(None)), "a person's key that is not stored as texts and a number")
            row = {"subject": subject, "appliance": appliance}
            if center is not None:
                row["center"] = center
            check(self.subjects.pop(subject, None) == (sequence, digest_of(row)),
                  f"the key of {subject} is not one that an entry brought, or was erased")
        check(not self.subjects, f"keys are gone, and no entry says that they were erased: {sorted(self.subjects)}")

    # What an attempt's entries say, and what its result must say.

    def attempt(self, sequence, kind, stream, body, before):
        if kind == "attempt.opened":
            check(stream not in self.attempts, "it was opened before")
            self.attempts[stream] = {"first": sequence, "opened": body, "answers": {}, "final": set()}
            return
        one = self.attempts[stream]
        if kind == "attempt.started":
            check("started" not in one, "it started before")
            one["started"] = body
        elif kind == "attempt.chose":
            item = one["started"]["paper"]["items"][body["number"] - 1]
            check(body["number"] >= 1 and item["item"] == body["item"], "an answer to a question that is not there")
            check("ended" not in one and body["number"] not in one["final"], "an answer after it was final")
            one["answers"][body["number"]] = body["answer"]
        elif kind == "attempt.committed":
            one["final"].add(body["number"])
        elif kind == "attempt.ended":
            check("ended" not in one, "it ended before")
            one["ended"] = body
        elif kind == "attempt.scored":
            check("ended" in one and "scored" not in one, "a score before the end, or a second one")
            one["scored"] = body
        elif kind == "attempt.result":
            check("result" not in one, "a second result")
            one["result"] = payload_of(body["jws"], self.keys)
            self.result(sequence, one, before)

    def result(self, sequence, one, before):
        result, opened, started, scored = one["result"], one["opened"], one["started"], one["scored"]
        items = started["paper"]["items"]
        draw = started["paper"]["draw"]
        answers = [{"item": item["item"], "version": item["version"], "answer": one["answers"].get(number, [])}
                   for number, item in enumerate(items, 1)]
        said = {
            "candidate": opened["candidate"], "programme": opened["programme"],
            "attemptNumber": opened["attemptNumber"], "startedAt": started["at"], "endedAt": one["ended"]["at"],
            "endedBy": one["ended"]["by"], "spentMs": one["ended"]["spentMs"], "score": scored["score"],
            "full": started["full"], "passMark": started["passMark"],
            "passed": scored["score"] >= started["passMark"], "responses": digest_of(answers),
        }
        for name, value in said.items():
            check(result[name] == value, f"the result's {name} is not what the entries say")
        check(result["appliance"] in self.appliances, "the result is of another appliance")
        check(result["paper"] == {"bank": draw["bank"], "blueprint": draw["blueprint"], "seed": draw["seed"],
                                  "digest": digest_of(items)}, "the result's paper is not what the entries say")
        check(result["journal"] == {"first": one["first"], "last": sequence - 1, "digest": b64(before)},
              "the result's place in the journal is another")
        self.results += 1
        bank = self.banks.get(draw["bank"])
        if bank:
            wrong = [number for number, one in enumerate(answers, 1)
                     if sorted(one["answer"]) != sorted(bank[one["item"]])]
            check(scored["wrong"] == wrong, f"questions {wrong} are wrong by the bank's keys")
            check(scored["score"] == (len(items) - len(wrong)) * started["pointsEach"], "the score is miscounted")
            self.recounted += 1


# MARK: a bank

def opened_bank(folder):
    """The bank's digest, computed from the folder's plain content, and the right options of each question."""
    read = lambda name: open(f"{folder}/{name}", "rb").read()
    lines = lambda parts: hashlib.sha256(b"".join(part + b"\n" for part in parts)).hexdigest()
    index = read("index.json")
    document = json.loads(index)
    ids = [item["id"] for item in document["items"]]
    keys = {id: read(f"answers/{id}.json") for id in ids}
    pictures = sorted(name[:-4] for name in os.listdir(f"{folder}/pictures"))
    for name in pictures:
        check(hashlib.sha256(read(f"pictures/{name}.png")).hexdigest() == name, f"picture {name} is another")
    summary = {"bank": document["id"], "version": document["version"], "index": hashlib.sha256(index).hexdigest(),
               "items": lines(read(f"items/{id}.json") for id in ids), "answers": lines(keys[id] for id in ids),
               "pictures": lines(name.encode() for name in pictures)}
    return hashlib.sha256(canonical(summary)).hexdigest(), {id: json.loads(key) for id, key in keys.items()}


# MARK: a result with its files

def check_result(path, answers, paper, keys, digests):
    result = payload_of(open(path).read(), keys)
    if answers:
        check(digest_of(parse(open(answers, "rb").read())) == result["responses"], f"{answers} is not what was signed")
    if paper:
        items = [{"item": i["id"], "version": i["version"], "options": i["options"]} for i in json.load(open(paper))["items"]]
        check(digest_of(items) == result["paper"]["digest"], f"{paper} is not the paper that was sat")
    if digests is not None:
        last = result["journal"]["last"]
        check(b64(digests.get(last, b"")) == result["journal"]["digest"], f"{path}: entry {last} is not the journal's")
    check(result["passed"] == (result["score"] >= result["passMark"]), f"{path}: score and verdict disagree")
    print(f"{path}: {result['attempt']} {result['score']}/{result['full']} {'passed' if result['passed'] else 'failed'}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trust", required=True)
    parser.add_argument("--journal")
    parser.add_argument("--batch", action="store_true")
    for name in ("--anchor", "--bank", "--result", "--answers", "--paper"):
        parser.add_argument(name, action="append", default=[])
    options = parser.parse_args()
    problems = []
    try:
        keys = trusted(options.trust)
        anchors = [jws for path in options.anchor for jws in open(path).read().split()]
        banks = dict(map(opened_bank, options.bank))
        if options.batch:
            for line in sys.stdin:
                journal = Journal(line.rstrip("\n"), keys, anchors, banks)
                print(json.dumps({
                    "good": not journal.problems, "entries": len(journal.digests), "heads": journal.heads,
                    "results": journal.results, "recounted": journal.recounted, "problems": journal.problems},
                    ensure_ascii=True), flush=True)
            return 0
        digests = None
        if options.journal:
            journal = Journal(options.journal, keys, anchors, banks)
            digests, problems = journal.digests, journal.problems
            print(f"{options.journal}: {len(digests)} entries, {journal.heads} heads, {journal.results} results, "
                  f"{journal.recounted} counted again")
        for path, answers, paper in itertools.zip_longest(options.result, options.answers, options.paper):
            check_result(path, answers, paper, keys, digests)
    except (Wrong, ValueError, KeyError, OSError, sqlite3.Error) as error:
        problems.append(str(error) if isinstance(error, Wrong) else f"{type(error).__name__}: {error}")
    for words in problems:
        print("wrong:", words)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
