//! Version 1 of the encoding is frozen: its vectors keep their bytes, and a text that was ever signed keeps its name.
//!
//! `vectors/frozen.txt` lists both. `UPDATE=1` adds the lines that are missing and takes none away, so that what was listed once has to
//! stay: a changed vector or a renamed text fails whatever is set.
#![cfg(test)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use sync_core::case::{BY_HEAD, FormBreach, Quarantine};
use sync_core::id::hex;
use sync_core::log::LeafClass;
use sync_core::message::Class;
use sync_core::op::{Act, CaseKind, MANNERS, SignerRole};
use sync_core::plan::Flag;
use sync_core::schema::{ENTITIES, EntityKind, FIELDS, FormName, Kind, STEPS};
use sync_core::value::Value;
use sync_core::{decision, schema};

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The vectors with the SHA-256 of their bytes.
fn vectors() -> Vec<String> {
    let files = std::fs::read_dir(here("tests/vectors")).unwrap().map(|file| file.unwrap().path());
    let json = files.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    let line = |path: PathBuf| {
        let digest = Sha256::digest(std::fs::read(&path).unwrap());
        format!("vectors {} {}", path.file_name().unwrap().display(), hex(&digest))
    };
    json.map(line).collect()
}

/// The tags of hashes and signatures, from the sources. What stands in a comment or below the tests of a file is an example.
fn tags() -> Vec<String> {
    fn walk(directory: &Path, found: &mut Vec<String>) {
        for file in std::fs::read_dir(directory).unwrap().map(|file| file.unwrap().path()) {
            let tests = file.file_stem().is_some_and(|stem| stem == "tests");
            if file.is_dir() && !tests {
                walk(&file, found);
            } else if file.extension().is_some_and(|extension| extension == "rs") && !tests {
                let text = std::fs::read_to_string(&file).unwrap();
                let own = text.split("#[cfg(test)]").next().unwrap_or_default();
                let code = own.lines().filter(|line| !line.trim_start().starts_with("//"));
                let tags = code.filter_map(|line| line.split("Tag(\"").nth(1)?.split('"').next());
                found.extend(tags.map(|tag| format!("tag {tag}")));
            }
        }
    }
    let mut found = Vec::new();
    walk(&here("src"), &mut found);
    found
}

/// The numbers of the operations that are known.
fn operations() -> Vec<String> {
    let known = |kind: &u64| !matches!(Act::from_detail(*kind, Value::Bool(true)), Act::Unknown { .. });
    (0..64).filter(known).map(|kind| format!("operation {kind}")).collect()
}

/// The texts of the case schema.
fn texts_of_the_schema() -> Vec<String> {
    let mut lines = Vec::new();
    lines.extend(ENTITIES.iter().map(|entity| format!("entity {}", entity.name)));
    lines.extend(STEPS.iter().map(|step| format!("step {}", step.name)));
    for field in FIELDS {
        let entity = field.entity.as_ref().map_or("-", EntityKind::as_str);
        let (kind, codes): (_, &[&str]) = match field.kind {
            Kind::Code(codes) => ("code", codes),
            Kind::Codes(codes) => ("codes", codes),
            Kind::Text => ("text", &[]),
            Kind::Int => ("integer", &[]),
            Kind::Fen => ("fen", &[]),
            Kind::Instant => ("instant", &[]),
            Kind::Date => ("date", &[]),
            Kind::Bool => ("bool", &[]),
            Kind::Digest => ("digest", &[]),
        };
        lines.push(format!("field {entity} {} {kind}", field.name));
        lines.extend(codes.iter().map(|code| format!("value {entity} {} {code}", field.name)));
    }
    lines.extend(schema::EVIDENCE_FIELDS.iter().map(|name| format!("file {name}")));
    lines
}

fn codes(what: &str, codes: &[&str]) -> Vec<String> {
    codes.iter().map(|code| format!("{what} {code}")).collect()
}

fn listed_now() -> BTreeSet<String> {
    let forms: Vec<&str> = FormName::LISTED.iter().map(FormName::as_str).collect();
    let decisions =
        [decision::REGISTERED, decision::RETURNED, decision::WRITTEN_OFF, decision::FILING_RECEIVED, decision::CLOSED];
    [
        vectors(),
        tags(),
        operations(),
        texts_of_the_schema(),
        codes("form", &forms),
        codes("kind", CaseKind::CODES),
        codes("role", SignerRole::CODES),
        codes("manner", &MANNERS),
        codes("decision", &decisions),
        codes("verdict", Quarantine::CODES),
        codes("verdict", &[BY_HEAD]),
        codes("breach", FormBreach::CODES),
        codes("class", Class::CODES),
        codes("leaf", LeafClass::CODES),
        codes("flag", Flag::CODES),
    ]
    .concat()
    .into_iter()
    .collect()
}

const OPENING: &str = "# Version 1 of the encoding, frozen. What stands here stays: bytes of vectors, tags, numbers, texts that are signed.
# A line is added when something new is signed for the first time; none is changed or taken away. See docs/encoding.md.
";

#[test]
fn what_was_ever_signed_keeps_its_bytes_and_its_name() {
    let path = here("tests/vectors/frozen.txt");
    let now = listed_now();
    let read = || std::fs::read_to_string(&path).unwrap_or_else(|_absent| OPENING.to_owned());
    let lines =
        |text: &str| text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect::<BTreeSet<_>>();
    if std::env::var_os("UPDATE").is_some() {
        let all: Vec<String> = lines(&read()).union(&now).cloned().collect();
        std::fs::write(&path, format!("{OPENING}{}\n", all.join("\n"))).unwrap();
    }
    let frozen = lines(&read());
    let gone: Vec<&String> = frozen.difference(&now).collect();
    assert!(gone.is_empty(), "signed data holds these; give them back, or begin another version: {gone:#?}");
    let new: Vec<&String> = now.difference(&frozen).collect();
    assert!(new.is_empty(), "UPDATE=1 adds what is signed for the first time: {new:#?}");
}

#[test]
fn nothing_frozen_is_of_another_version() {
    let now = listed_now();
    assert!(now.iter().filter(|line| line.starts_with("tag ")).all(|line| line.starts_with("tag palm/v1/")));
    for (kind, least) in
        [("vectors ", 2), ("tag ", 15), ("operation ", 14), ("entity ", 8), ("step ", 20), ("field ", 80)]
    {
        let count = now.iter().filter(|line| line.starts_with(kind)).count();
        assert!(count >= least, "{kind}: {count}");
    }
}
