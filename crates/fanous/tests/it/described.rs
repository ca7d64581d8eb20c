//! The description of the API held against what the API answers, to what it is asked for and to
//! what nobody should send. The long tier does the same with requests that are made up.

use serde_json::Value;
use testkit::engines::both;

use crate::house::{Answer, House};

/// What `/v1/openapi.json` says.
pub(crate) struct Description(Value);

impl Description {
    /// As this house serves it.
    pub(crate) fn of(house: &House) -> Self {
        Self(house.send("GET", "/v1/openapi.json", &[], "").json())
    }

    /// Panics when the description does not know such an answer to this request.
    pub(crate) fn check(&self, method: &str, path: &str, answer: &Answer) {
        let asked = format!("{method} {path}");
        let operation = self.operation(method, path);
        let response = &operation["responses"][answer.status.to_string()];
        let said = format!("{asked}: {} {}", answer.status, answer.text);
        assert!(response.is_object(), "not described: {said}");
        assert_eq!(answer.header("content-type"), "application/json", "{said}");
        let schema = &response["content"]["application/json"]["schema"];
        assert!(
            schema.is_object(),
            "{asked}: {} has no schema",
            answer.status
        );
        let found = self.misfits(schema, &answer.json(), "");
        assert!(found.is_empty(), "{}: {said}", found.join("; "));
    }

    /// Every method with its path.
    fn operations(&self) -> Vec<(String, String)> {
        let paths = self.0["paths"].as_object().expect("paths").iter();
        let methods = paths.flat_map(|(path, item)| {
            let methods = item.as_object().expect("methods").keys();
            methods.map(|method| (method.to_uppercase(), path.clone()))
        });
        methods.collect()
    }

    /// The operation that an address leads to.
    fn operation(&self, method: &str, path: &str) -> &Value {
        let path = path.split('?').next().unwrap_or_default();
        let leads = |described: &str| {
            let (mut described, mut path) = (described.split('/'), path.split('/'));
            described
                .by_ref()
                .zip(path.by_ref())
                .all(|(described, name)| described == name || described.starts_with('{'))
                && described.next().or(path.next()).is_none()
        };
        let paths = self.0["paths"].as_object().expect("paths").iter();
        let found = paths.filter(|(described, _)| leads(described));
        let mut found = found.map(|(_, item)| &item[method.to_lowercase()]);
        let operation = found.find(|operation| operation.is_object());
        operation.unwrap_or_else(|| panic!("{method} {path} is not described"))
    }

    /// Where a value is not as its schema says, by the words of JSON Schema that ours use.
    fn misfits(&self, schema: &Value, value: &Value, place: &str) -> Vec<String> {
        if let Some(name) = schema["$ref"].as_str() {
            let schema = self.0.pointer(name.trim_start_matches('#'));
            return self.misfits(schema.expect("a schema"), value, place);
        }
        let parts = |word: &str| schema[word].as_array().map(Vec::as_slice);
        if let Some(variants) = parts("oneOf") {
            let fits = |variant: &Value| self.misfits(variant, value, place).is_empty();
            let found = !variants.iter().any(fits);
            return found
                .then(|| format!("{place} fits nothing"))
                .into_iter()
                .collect();
        }
        let mut found = Vec::new();
        for part in parts("allOf").unwrap_or_default() {
            found.extend(self.misfits(part, value, place));
        }
        let is_one_of = match &schema["type"] {
            Value::String(name) => is_a(name, value),
            Value::Array(names) => names
                .iter()
                .any(|name| is_a(name.as_str().unwrap_or(""), value)),
            _ => true,
        };
        if !is_one_of {
            found.push(format!("{place} is no {}", schema["type"]));
        }
        let items = value.as_array().into_iter().flatten().enumerate();
        found.extend(items.flat_map(|(number, item)| {
            self.misfits(&schema["items"], item, &format!("{place}/{number}"))
        }));
        for (name, field) in value.as_object().into_iter().flatten() {
            let own = &schema["properties"][name];
            let schema = if own.is_null() {
                &schema["additionalProperties"]
            } else {
                own
            };
            found.extend(self.misfits(schema, field, &format!("{place}/{name}")));
        }
        let required = parts("required").unwrap_or_default().iter();
        let required = required.filter_map(Value::as_str);
        let missing = required.filter(|name| value.is_object() && value.get(name).is_none());
        found.extend(missing.map(|name| format!("{place}/{name} is missing")));
        found
    }
}

fn is_a(kind: &str, value: &Value) -> bool {
    match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    }
}

/// Names that stand in no address that we give: not UTF-8, a NUL, signs that part addresses, and
/// much too much.
fn hostile_names() -> [String; 6] {
    let long = "a".repeat(4_000);
    ["%FF", "%00", "cus_", "a%2Fb", "%D8%A7:%00", long.as_str()].map(str::to_owned)
}

/// What is no body that any operation takes: not whole, no object, or with names and words that
/// nothing has.
const BROKEN_BODIES: [&str; 7] = [
    "",
    "{",
    "null",
    "[]",
    "[[]]",
    "\"\\u0000\"",
    "{\"where\":\"\\u0000\"}",
];

/// The address of an operation with this name wherever one is left open.
fn address(path: &str, name: &str) -> String {
    ["{customer}", "{merge}", "{name}"]
        .iter()
        .fold(path.to_owned(), |path, open| path.replace(open, name))
}

#[test]
fn what_nobody_should_send_is_refused_as_described() {
    both(|engine| {
        let house = House::seeded(engine);
        let described = Description::of(&house);
        let bearer = format!("Bearer {}", house.secret_key);
        let key = ("Authorization", bearer.as_str());
        let json = ("Content-Type", "application/json");
        let check = |method: &str, path: &str, headers: &[(&str, &str)], body: &str| {
            let answer = house.send(method, path, headers, body);
            described.check(method, path, &answer);
            assert!(answer.status < 500, "{method} {path}: {}", answer.text);
            answer.status
        };
        for (method, path) in described.operations() {
            let has_body = described.operation(&method, &path)["requestBody"].is_object();
            let body = if has_body { "{}" } else { "" };
            for name in hostile_names() {
                let path = address(&path, &name);
                for query in ["", "?query=@&limit=@&@=@", "?customer=@&where=@&cursor=@"] {
                    let path = format!("{path}{}", query.replace('@', &name));
                    check(&method, &path, &[key, json], body);
                }
            }
            let path = address(&path, "nobody");
            for body in if has_body { &BROKEN_BODIES[..] } else { &[] } {
                for headers in [&[key, json][..], &[key][..]] {
                    let refused = check(&method, &path, headers, body);
                    assert_eq!(refused, 400, "{method} {path} takes {body}");
                }
            }
        }
    });
}

#[test]
fn a_wrong_method_is_answered_with_the_right_ones() {
    let house = House::empty(store::Engine::Sqlite);
    for (method, path) in Description::of(&house).operations() {
        let path = address(&path, "nobody");
        let wrong = house.api("PATCH", &path, &Value::Null);
        assert_eq!(wrong.status, 405, "{path}: {}", wrong.text);
        assert_eq!(wrong.json()["error"]["code"], "wrong_method", "{path}");
        let right = wrong.header("allow");
        assert!(right.contains(&method), "{path}: {right}");
    }
}
