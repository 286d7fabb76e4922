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
        assert!(seen.insert((field.entity, field.name)), "{} {}", field.entity, field.name);
        assert!(
            field.entity.is_empty() || ENTITIES.iter().any(|entity| entity.name == field.entity),
            "{}",
            field.entity
        );
    }
    for table in [ENTITIES, STEPS] {
        let names: BTreeSet<&str> = table.iter().map(|label| label.name).collect();
        assert_eq!(names.len(), table.len());
    }
}

#[test]
fn the_inspection_has_about_forty_fields_of_its_own() {
    let own = FIELDS.iter().filter(|field| field.entity.is_empty()).count();
    assert!(own >= 40, "{own}");
}
