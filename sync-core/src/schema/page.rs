//! The case schema as a page for people (`docs/case-schema.md`).
//!
//! Promise: the page is a function of the tables alone. Not here: writing the file (a test does).

use super::{ENTITIES, EntityKind, FIELDS, Kind, Label, STEPS};
use std::fmt::Write as _;

const OPENING: &str = "# 案卷数据项 Case schema

本页由数据项表生成（`sync-core/src/schema/`）；表改动而本页未更新时，测试不通过（`UPDATE=1` 重写本页）。
*This page is generated from the tables; a test fails when they differ.*

名称写进已签名的数据，含义永不改变；表中没有的名称照样保留和转发。规则从这些名称取得事实（`sync_core::facts`）。
*Names are part of signed data and never change their meaning; others are kept and relayed. Rules get their facts from
these names.*

送达方式 Values of `delivered`: `handed_over` 当场交付, `refused` 拒收, `refused_noted` 拒收并注明, `electronic` 电子送达,
`electronic_confirmed` 电子送达并有确认书, `screen` 仅屏幕出示.
";

/// The page.
pub fn schema_page() -> String {
    let mut page = OPENING.to_owned();
    fields(&mut page, None, "案卷 The case");
    for Label { name, zh, en } in ENTITIES {
        fields(&mut page, Some(name), &format!("{zh} {en} (`{name}`)"));
    }
    page.push_str("\n## 程序环节 Steps\n\n| 名称 | 中文 | English |\n|---|---|---|\n");
    for Label { name, zh, en } in STEPS {
        let _ = writeln!(page, "| `{name}` | {zh} | {en} |");
    }
    page
}

fn fields(page: &mut String, entity: Option<&EntityKind>, heading: &str) {
    let _ = write!(page, "\n## {heading}\n\n| 名称 | 中文 | English | 类型 |\n|---|---|---|---|\n");
    for field in FIELDS.iter().filter(|field| field.entity.as_ref() == entity) {
        let _ = writeln!(page, "| `{}` | {} | {} | {} |", field.name, field.zh, field.en, kind(field.kind));
    }
}

fn kind(kind: Kind) -> String {
    match kind {
        Kind::Text => "text".to_owned(),
        Kind::Code(codes) => codes.join(", "),
        Kind::Codes(codes) => format!("list of: {}", codes.join(", ")),
        Kind::Int => "integer".to_owned(),
        Kind::Fen => "integer, fen".to_owned(),
        Kind::Instant => "integer, ms UTC".to_owned(),
        Kind::Date => "text, YYYY-MM-DD".to_owned(),
        Kind::Bool => "true, false".to_owned(),
        Kind::Digest => "32 bytes".to_owned(),
    }
}
