use super::*;
use std::collections::BTreeSet;

#[test]
fn the_page_is_the_table() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/case-schema.md");
    let page = schema_page();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, &page).unwrap();
    }
    assert_eq!(
        std::fs::read_to_string(path).unwrap_or_default(),
        page,
        "docs/case-schema.md is not the table; run again with UPDATE=1 and read the difference"
    );
}

#[test]
fn every_name_stands_once_and_every_field_belongs_to_an_entity() {
    let mut seen = BTreeSet::new();
    for field in FIELDS {
        assert!(seen.insert((&field.entity, &field.name)), "{field:?}");
        assert!(field.entity.as_ref().is_none_or(|kind| named(ENTITIES, kind).is_some()), "{field:?}");
    }
    assert_eq!(ENTITIES.iter().map(|label| &label.name).collect::<BTreeSet<_>>().len(), ENTITIES.len());
    assert_eq!(STEPS.iter().map(|label| &label.name).collect::<BTreeSet<_>>().len(), STEPS.len());
}

#[test]
fn every_name_that_code_uses_is_a_row_of_its_own_table() {
    assert_eq!(EntityKind::LISTED.iter().collect::<BTreeSet<_>>(), ENTITIES.iter().map(|label| &label.name).collect());
    assert_eq!(StepKind::LISTED.iter().collect::<BTreeSet<_>>(), STEPS.iter().map(|label| &label.name).collect());
    let rows: BTreeSet<&FieldName> = FIELDS.iter().map(|field| &field.name).collect();
    let without: Vec<&FieldName> = FieldName::LISTED.iter().filter(|name| !rows.contains(name)).collect();
    assert_eq!(without, [&STROKES], "no form shows it");
}

#[test]
fn a_listed_name_and_the_same_text_that_was_read_are_one_name() {
    for read in [FieldName::from("title"), FieldName::from("title".to_owned()), FieldName::from(&TITLE)] {
        assert_eq!((&read, read.as_str(), read.cmp(&TITLE)), (&TITLE, "title", std::cmp::Ordering::Equal));
        assert!(std::collections::HashSet::from([TITLE]).contains(&read));
        assert_eq!(format!("{read} {read:?} {read:>6}"), "title \"title\"  title");
        assert_eq!(serde_json::to_string(&read).unwrap(), "\"title\"");
        assert_eq!(String::from(read), "title");
    }
    for other in ["", "Title", "title ", "标题"] {
        assert_eq!(FieldName::from(other).as_str(), other);
        assert_ne!(FieldName::from(other), TITLE);
    }
}

#[test]
fn the_inspection_has_about_forty_fields_of_its_own() {
    let own = FIELDS.iter().filter(|field| field.entity.is_none()).count();
    assert!(own >= 40, "{own}");
}

#[test]
fn a_field_is_found_by_its_entity_and_its_name_together() {
    for field in FIELDS {
        let found = super::field(field.entity.as_ref(), &field.name).unwrap();
        assert_eq!((&found.entity, &found.name, found.zh), (&field.entity, &field.name, field.zh));
    }
    let (party, title, nothing) =
        (EntityKind::from("party"), FieldName::from("title"), FieldName::from("no_such_field"));
    assert!(super::field(None, &title).is_some() && super::field(Some(&party), &title).is_none());
    assert!(super::field(None, &nothing).is_none() && super::field(Some(&party), &nothing).is_none());
}
