//! Compares two versions of a schema. Every request that was allowed must stay allowed; no answer may become possible that
//! was not possible before.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{members, resolved, text};

/// Who writes the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// A client: values that it wrote must still be accepted.
    Request,
    /// The server: clients must still understand the values that it writes.
    Answer,
}

/// The documents that schemas refer to.
#[derive(Clone, Copy)]
pub(super) struct Both<'a> {
    pub(super) old: &'a Value,
    pub(super) new: &'a Value,
    pub(super) way: Way,
}

/// References of the old and the new document that are being compared.
type UnderWay = BTreeSet<(String, String)>;

/// A schema without null, and whether null is allowed.
struct Shape<'a> {
    choices: Vec<&'a Value>,
    null: bool,
}

impl<'a> Shape<'a> {
    fn of(document: &'a Value, schema: &'a Value) -> Self {
        let schema = resolved(document, schema);
        let several = schema["oneOf"].as_array().or_else(|| schema["anyOf"].as_array());
        let Some(several) = several else {
            let null = kinds(schema).contains("null");
            return Self { choices: vec![schema], null };
        };
        let all: Vec<&Value> = several.iter().map(|one| resolved(document, one)).collect();
        let null = all.iter().any(|one| kinds(one).contains("null"));
        Self { choices: all.into_iter().filter(|one| one["type"] != "null").collect(), null }
    }
}

/// The types of a schema, `null` among them.
fn kinds(schema: &Value) -> BTreeSet<&str> {
    let several = schema["type"].as_array().into_iter().flatten();
    several.chain([&schema["type"]]).filter_map(Value::as_str).collect()
}

/// Lower bounds, then upper ones.
const BOUNDS: [(&str, bool); 8] = [
    ("minimum", true),
    ("exclusiveMinimum", true),
    ("minLength", true),
    ("minItems", true),
    ("maximum", false),
    ("exclusiveMaximum", false),
    ("maxLength", false),
    ("maxItems", false),
];

impl Both<'_> {
    /// The breaking differences, one per line, each beginning with the place.
    pub(super) fn breaks(self, place: &str, was: &Value, now: &Value) -> Vec<String> {
        self.compare(place, was, now, &mut BTreeSet::new())
    }

    /// `under_way` are the references that lead here: what refers to itself is compared once.
    fn compare(self, place: &str, was: &Value, now: &Value, under_way: &mut UnderWay) -> Vec<String> {
        let references = (text(&was["$ref"]).to_owned(), text(&now["$ref"]).to_owned());
        let is_named = !references.0.is_empty() && !references.1.is_empty();
        if is_named && !under_way.insert(references.clone()) {
            return Vec::new();
        }
        let (before, after) = (Shape::of(self.old, was), Shape::of(self.new, now));
        let mut found = Vec::new();
        match self.way {
            Way::Request if before.null && !after.null => found.push(format!("{place} may not be null any more")),
            Way::Answer if after.null && !before.null => found.push(format!("{place} may be null now")),
            Way::Request | Way::Answer => {}
        }
        match (before.choices.as_slice(), after.choices.as_slice()) {
            ([was], [now]) => found.extend(self.one(place, was, now, under_way)),
            (before, after) => {
                let fits = |was: &Value, now: &Value| self.one(place, was, now, &mut under_way.clone()).is_empty();
                let all = match self.way {
                    Way::Request => before.iter().all(|was| after.iter().any(|now| fits(was, now))),
                    Way::Answer => after.iter().all(|now| before.iter().any(|was| fits(was, now))),
                };
                if !all {
                    found.push(format!("{place} has other choices"));
                }
            }
        }
        if is_named {
            under_way.remove(&references);
        }
        found
    }

    fn one(self, place: &str, was: &Value, now: &Value, under_way: &mut UnderWay) -> Vec<String> {
        let of = |schema| kinds(schema).into_iter().filter(|kind| *kind != "null").collect::<BTreeSet<_>>();
        if of(was) != of(now) {
            return vec![format!("{place} is {} instead of {}", named(&of(now)), named(&of(was)))];
        }
        let mut found: Vec<String> = self.codes(was, now).into_iter().map(|what| format!("{place} {what}")).collect();
        for rule in ["pattern", "format"] {
            let (before, after) = (text(&was[rule]), text(&now[rule]));
            let frees = match self.way {
                Way::Request => after.is_empty(),
                Way::Answer => before.is_empty(),
            };
            if before != after && !frees {
                found.push(format!("{place} has the {rule} `{after}` instead of `{before}`"));
            }
        }
        for (bound, is_lower) in BOUNDS {
            if self.bound_breaks(was[bound].as_i64(), now[bound].as_i64(), is_lower) {
                found.push(format!("{place} has {bound} {} instead of {}", now[bound], was[bound]));
            }
        }
        found.extend(self.parts(place, was, now, under_way));
        if was.get("items").is_some() || now.get("items").is_some() {
            found.extend(self.compare(&format!("{place}[]"), &was["items"], &now["items"], under_way));
        }
        found
    }

    /// Whether a bound keeps out what a request had, or lets in what no answer had.
    fn bound_breaks(self, was: Option<i64>, now: Option<i64>, is_lower: bool) -> bool {
        let tighter = match (was, now) {
            (None, None) => return false,
            (None, Some(_)) => true,
            (Some(_), None) => false,
            (Some(was), Some(now)) if is_lower => now > was,
            (Some(was), Some(now)) => now < was,
        };
        let changed = was != now;
        changed && tighter == (self.way == Way::Request)
    }

    fn codes(self, was: &Value, now: &Value) -> Vec<String> {
        let (before, after) = (was["enum"].as_array(), now["enum"].as_array());
        let beyond = |some: &Vec<Value>, all: &Vec<Value>| -> Vec<String> {
            some.iter().filter(|code| !all.contains(code)).map(|code| text(code).to_owned()).collect()
        };
        let mut found = Vec::new();
        match (self.way, before, after) {
            (Way::Request, Some(before), Some(after)) => {
                let gone = beyond(before, after);
                if !gone.is_empty() {
                    found.push(format!("takes no {} any more", gone.join(", ")));
                }
            }
            (Way::Answer, Some(before), Some(after)) if was["x-open"] != true => {
                let more = beyond(after, before);
                if !more.is_empty() {
                    found.push(format!("may be {} now", more.join(", ")));
                }
            }
            (Way::Request, None, Some(_)) => found.push("takes listed codes only now".to_owned()),
            (Way::Answer, Some(_), None) => found.push("is no list of codes any more".to_owned()),
            (Way::Answer, _, _) | (Way::Request, _, None) => {}
        }
        if self.way == Way::Answer && was["x-open"] != true && now["x-open"] == true {
            found.push("is an open list of codes now".to_owned());
        }
        found
    }

    fn parts(self, place: &str, was: &Value, now: &Value, under_way: &mut UnderWay) -> Vec<String> {
        let required = |schema: &Value, name: &String| {
            schema["required"].as_array().is_some_and(|names| names.iter().any(|one| one == name))
        };
        let mut found = Vec::new();
        for (name, part) in members(&was["properties"]) {
            let Some(present) = now["properties"].get(name) else {
                found.push(format!("{place}.{name} removed"));
                continue;
            };
            match self.way {
                Way::Request if required(now, name) && !required(was, name) => {
                    found.push(format!("{place}.{name} is required now"));
                }
                Way::Answer if required(was, name) && !required(now, name) => {
                    found.push(format!("{place}.{name} may be absent now"));
                }
                Way::Request | Way::Answer => {}
            }
            found.extend(self.compare(&format!("{place}.{name}"), part, present, under_way));
        }
        for (name, _) in members(&now["properties"]).filter(|(name, _)| was["properties"].get(name).is_none()) {
            if self.way == Way::Request && required(now, name) {
                found.push(format!("{place}.{name} is new and required"));
            }
        }
        let closes = was["additionalProperties"] != false && now["additionalProperties"] == false;
        if self.way == Way::Request && closes {
            found.push(format!("{place} takes no members that are not documented any more"));
        }
        found
    }
}

fn named(kinds: &BTreeSet<&str>) -> String {
    if kinds.is_empty() { "of any type".to_owned() } else { kinds.iter().copied().collect::<Vec<_>>().join(" or ") }
}
