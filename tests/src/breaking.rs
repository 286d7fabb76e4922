//! Finds the differences of an API document that break a client of an older one.
//!
//! Promise: every way in which a request that was accepted is refused now, or an answer that was understood is not. Which
//! changes count is said in `docs/api-changelog.md`. A list of codes that the document calls open (`x-open`) may grow in
//! answers. Not here: whether a server keeps to its document (`contract`). Tools of others were looked at: those that read
//! OpenAPI 3.1 are programs in Go that are fetched from elsewhere, those on npm know 3.0 only or are kept no more.

mod schema;

use serde_json::Value;

use schema::{Both, Way};

const METHODS: [&str; 7] = ["get", "put", "post", "delete", "head", "patch", "options"];

/// The breaking differences, one per line, each beginning with the operation.
pub fn breaking(old: &Value, new: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for (path, item) in members(&old["paths"]) {
        for method in METHODS.into_iter().filter(|method| item.get(*method).is_some()) {
            let name = format!("{} {path}", method.to_uppercase());
            match new["paths"][path].get(method) {
                None => found.push(format!("{name}: removed")),
                Some(now) => {
                    let mut compared = Operation { old, new, name: &name, found: &mut found };
                    compared.compare(&item[method], now);
                }
            }
        }
    }
    found
}

/// The members of an object; none of anything else.
fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

struct Operation<'a> {
    old: &'a Value,
    new: &'a Value,
    name: &'a str,
    found: &'a mut Vec<String>,
}

impl Operation<'_> {
    fn note(&mut self, what: &str) {
        self.found.push(format!("{}: {what}", self.name));
    }

    fn schemas(&mut self, way: Way, place: &str, was: &Value, now: &Value) {
        let both = Both { old: self.old, new: self.new, way };
        let what = format!("{}: {place}", self.name);
        self.found.extend(both.breaks(&what, was, now));
    }

    fn compare(&mut self, was: &Value, now: &Value) {
        if was["operationId"] != now["operationId"] {
            self.note("its operationId changed, which names it in generated clients");
        }
        let is_open = |operation: &Value| operation["security"].as_array().is_some_and(Vec::is_empty);
        if is_open(was) && !is_open(now) {
            self.note("wants a token now");
        }
        self.parameters(was, now);
        self.body(&was["requestBody"], &now["requestBody"]);
        for (status, answer) in members(&was["responses"]) {
            match now["responses"].get(status) {
                None => self.note(&format!("answer {status} removed")),
                Some(present) => {
                    let (answer, present) = (resolved(self.old, answer), resolved(self.new, present));
                    self.answer(status, answer, present);
                }
            }
        }
    }

    fn parameters(&mut self, was: &Value, now: &Value) {
        let all = |operation: &Value| operation["parameters"].as_array().cloned().unwrap_or_default();
        let key = |parameter: &Value| format!("{} parameter `{}`", text(&parameter["in"]), text(&parameter["name"]));
        let (before, after) = (all(was), all(now));
        let required = |parameter: &Value| parameter["required"] == true;
        for parameter in &before {
            let key = key(parameter);
            match after.iter().find(|other| other["in"] == parameter["in"] && other["name"] == parameter["name"]) {
                None => self.note(&format!("{key} removed")),
                Some(present) => {
                    if required(present) && !required(parameter) {
                        self.note(&format!("{key} is required now"));
                    }
                    self.schemas(Way::Request, &key, &parameter["schema"], &present["schema"]);
                }
            }
        }
        let known = |parameter: &Value| {
            before.iter().any(|other| other["in"] == parameter["in"] && other["name"] == parameter["name"])
        };
        for parameter in after.iter().filter(|parameter| required(parameter) && !known(parameter)) {
            self.note(&format!("{} is new and required", key(parameter)));
        }
    }

    fn body(&mut self, was: &Value, now: &Value) {
        let required = |body: &Value| body["required"] == true;
        if required(now) && !required(was) {
            self.note("a body is required now");
        }
        for (media_type, content) in members(&was["content"]) {
            match now["content"].get(media_type) {
                None => self.note(&format!("takes no body of {media_type} any more")),
                Some(present) => self.schemas(Way::Request, "body", &content["schema"], &present["schema"]),
            }
        }
    }

    fn answer(&mut self, status: &str, was: &Value, now: &Value) {
        for (name, header) in members(&was["headers"]) {
            let (before, after) = (resolved(self.old, header), resolved(self.new, &now["headers"][name]));
            if after.is_null() {
                self.note(&format!("answer {status} has no {name} any more"));
            } else {
                self.schemas(Way::Answer, &format!("answer {status} {name}"), &before["schema"], &after["schema"]);
            }
        }
        for (media_type, content) in members(&was["content"]) {
            match now["content"].get(media_type) {
                None => self.note(&format!("answer {status} is no {media_type} any more")),
                Some(present) => {
                    self.schemas(Way::Answer, &format!("answer {status}"), &content["schema"], &present["schema"]);
                }
            }
        }
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Resolves a reference in its document. Returns any other value unchanged.
fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let Some(reference) = value["$ref"].as_str() else { return value };
    document.pointer(reference.trim_start_matches('#')).unwrap_or(&Value::Null)
}

#[cfg(test)]
mod tests;
