"""Does the API do what its description says?   openapi_check.py BASE TOKEN ROUTES_C

Every /api/ route of the table is described; every described GET answers with a documented status, media type and a body that its schema
allows; so do a case's commands. Standard library only; the part of JSON Schema that the description uses.
"""
import json
import re
import sys
import urllib.error
import urllib.request

base, token, routes_file = sys.argv[1:4]
wrong = []


def call(method, path, body=None):
    request = urllib.request.Request(base.rstrip("/") + path, method=method, data=None if body is None else json.dumps(body).encode())
    request.add_header("Authorization", "Bearer " + token)
    if body is not None:
        request.add_header("Content-Type", "application/json")
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            if answer.headers.get_content_type() == "text/event-stream":      # without end: a first event is enough
                return answer.status, "text/event-stream", b'"' + answer.readline().strip() + b'"'
            return answer.status, answer.headers.get_content_type(), answer.read()
    except urllib.error.HTTPError as answer:
        return answer.code, answer.headers.get_content_type(), answer.read()


api = json.loads(call("GET", "/api/v1/openapi.json")[2])
KINDS = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}


def is_kind(value, kind):
    if kind == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    if kind == "number":
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return isinstance(value, KINDS[kind])


def check(value, schema, at):
    if "$ref" in schema:
        return check(value, api["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]], at)
    kinds = schema.get("type", [])
    kinds = kinds if isinstance(kinds, list) else [kinds]
    if kinds and not any(is_kind(value, k) for k in kinds):
        wrong.append(f"{at}: {value!r} is no {kinds}")
        return
    if "enum" in schema and value not in schema["enum"]:
        wrong.append(f"{at}: {value!r} is none of {schema['enum']}")
    if "pattern" in schema and not re.search(schema["pattern"], value):
        wrong.append(f"{at}: {value!r} does not match")
    if isinstance(value, dict):
        for name in schema.get("required", []):
            if name not in value:
                wrong.append(f"{at}: {name} is missing")
        for name, part in value.items():
            if name in schema.get("properties", {}):
                check(part, schema["properties"][name], f"{at}.{name}")
            elif "properties" in schema:
                wrong.append(f"{at}: {name} is not described")
    if isinstance(value, list) and "items" in schema:
        for i, part in enumerate(value):
            check(part, schema["items"], f"{at}[{i}]")


def ask(method, path, described, body=None, expected=None):
    status, kind, text = call(method, path, body)
    at = f"{method} {path}: {status}"
    if expected and status != expected:
        wrong.append(f"{at} instead of {expected}")
    documented = described["responses"].get(str(status))
    if not documented:
        wrong.append(f"{at} is not documented")
        return None
    content = documented.get("content", {})
    if kind not in content:
        wrong.append(f"{at}: {kind} is not documented")
        return None
    value = json.loads(text)
    check(value, content[kind]["schema"], at)
    return value


# Every route is described, and nothing else is.
table = re.findall(r'\{HTTP_(\w+), "(/api/[^"]*)"', open(routes_file, encoding="utf-8").read())
described = {(m.upper(), p) for p, methods in api["paths"].items() for m in methods}
expected = {(m, p.replace("*", "{id}")) for m, p in table}
for m, p in sorted(expected ^ described):
    wrong.append(f"{m} {p}: {'not described' if (m, p) in expected else 'described, but not in the table'}")

# A case, and what can be done with it.
begin = api["paths"]["/api/v1/procedures/{id}/cases"]["post"]
command = api["paths"]["/api/v1/cases/{id}/commands"]["post"]
case = ask("POST", "/api/v1/procedures/hotline/cases", begin, {"data": {"no": "O-1", "category": "投诉", "subject": "噪声"}}, 201)
ask("POST", "/api/v1/procedures/hotline/cases", begin, {"data": {"no": "O-1", "category": "投诉", "subject": "噪声"}}, 409)
ask("POST", "/api/v1/procedures/hotline/cases", begin, {"data": {}}, 422)
ask("POST", "/api/v1/procedures/nothing/cases", begin, {"data": {}}, 404)
here = f"/api/v1/cases/{case['case']}"
ask("POST", here + "/commands", command, {"do": "claim", "task": "dispatch"}, 200)
ask("POST", here + "/commands", command, {"do": "dance"}, 400)
ask("POST", here + "/commands", command, {"do": "complete", "task": "review"}, 422)
ask("POST", here + "/commands", command, {"do": "suspend", "reason": "鉴定"}, 200)
ask("POST", here + "/referrals", api["paths"]["/api/v1/cases/{id}/referrals"]["post"], {"procedure": "nothing"}, 400)
ask("POST", "/api/v1/commands", api["paths"]["/api/v1/commands"]["post"], {"commands": [{"case": case["case"], "do": "resume"}, {}]}, 200)
ask("POST", "/api/v1/commands", api["paths"]["/api/v1/commands"]["post"], {}, 400)

# Every GET, with what it needs, and with something that is not there.
NEEDS = {"/api/v1/cases": "?procedure=hotline", "/api/v1/due": "?procedure=hotline", "/api/v1/decisions": "?procedure=hotline", "/api/v1/events": "?after=0"}
IDS = {"/api/v1/figures/{id}": "hotline_orders_handled", "/api/v1/cases/{id}": case["case"]}
for path, methods in sorted(api["paths"].items()):
    if "get" not in methods:
        continue
    ask("GET", path.replace("{id}", IDS.get(path, "x")) + NEEDS.get(path, ""), methods["get"], expected=200)
    if "{id}" in path:
        ask("GET", path.replace("{id}", "nothing"), methods["get"], expected=404)
for line in wrong:
    print(line)
print(f"{len(described)} operations")
sys.exit(bool(wrong))
