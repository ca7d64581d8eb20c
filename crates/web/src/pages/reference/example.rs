//! A call of the API as somebody types it.

use serde_json::{Map, Value, json};

use super::{Operation, list, members, text};

/// Bodies are told no deeper than this.
const DEPTH_MAX: usize = 4;

/// The call, with a body where there is one.
pub(super) fn call(document: &Value, operation: &Operation<'_>) -> String {
    let path = operation
        .path
        .replace("{customer}", "email:ada@shop.example");
    let required = list(&operation.told["parameters"])
        .iter()
        .filter(|it| it["in"] == "query" && it["required"] == Value::Bool(true))
        .map(|it| format!("{}=…", text(&it["name"])));
    let query: Vec<String> = required.collect();
    let query = match query.is_empty() {
        true => String::new(),
        false => format!("?{}", query.join("&")),
    };
    let method = match operation.method.as_str() {
        "GET" => String::new(),
        method => format!(" -X {method}"),
    };
    let mut call = format!(
        "curl{method} 'https://shop.example{path}{query}' \\\n  -H 'Authorization: Bearer secret_…'"
    );
    let body = &operation.told["requestBody"]["content"]["application/json"];
    if !body["schema"].is_null() {
        let body = value(document, &body["schema"], 0).to_string();
        // An apostrophe would end what the shell takes as one word.
        let body = body.replace('\'', "'\\''");
        call.push_str(" \\\n  -H 'Content-Type: application/json' \\\n  -d '");
        call.push_str(&body);
        call.push('\'');
    }
    call
}

/// A value such as a schema describes.
fn value(document: &Value, schema: &Value, depth: usize) -> Value {
    if !schema["example"].is_null() {
        return schema["example"].clone();
    }
    if depth > DEPTH_MAX {
        return Value::Null;
    }
    if let Some(name) = text(&schema["$ref"])
        .rsplit('/')
        .next()
        .filter(|it| !it.is_empty())
    {
        return value(
            document,
            &document["components"]["schemas"][name],
            depth + 1,
        );
    }
    if let Some(first) = list(&schema["enum"]).first() {
        return first.clone();
    }
    let choices = ["oneOf", "anyOf", "allOf"].map(|word| list(&schema[word]));
    let choices = choices.concat();
    if let Some(choice) = choices.iter().find(|it| it["type"] != "null") {
        return value(document, choice, depth + 1);
    }
    let named = match &schema["type"] {
        Value::Array(types) => types.first().map_or("", text),
        named => text(named),
    };
    match named {
        "object" => Value::Object(fields(document, schema, depth)),
        "array" => json!([value(document, &schema["items"], depth + 1)]),
        "integer" => json!(1),
        "number" => json!(0.5),
        "boolean" => json!(true),
        "string" => json!("…"),
        _ => Value::Null,
    }
}

/// The fields that have to be there, or all where none has.
fn fields(document: &Value, schema: &Value, depth: usize) -> Map<String, Value> {
    let required: Vec<&str> = list(&schema["required"]).iter().map(text).collect();
    let fields = members(&schema["properties"]);
    let fields = fields.filter(|(name, _)| required.is_empty() || required.contains(name));
    let fields = fields.map(|(name, field)| (name.to_owned(), value(document, field, depth + 1)));
    fields.collect()
}
