//! The rule set hash: identifies the content of the rows.
//!
//! Promise: hashes the fields below in deterministic CBOR (`docs/encoding.md`, "The rule set"), so another
//! implementation can compute it from the table. The order of rows does not matter. If a field is added to [`Rule`], the
//! code does not compile until this module handles the field. Not here: the predicate of a row, which is code;
//! [`Rule::revision`] is incremented when the predicate changes its meaning.

use super::calendar::Period;
use super::rule::{Amount, Number, Rule, Scope, Test, Text};
use crate::codec::Writer;
use crate::id::Digest;
use crate::sign::Tag;

const RULES: Tag = Tag("palm/v1/rules");

/// The hash of these rows, by which changes and results name them.
pub fn rule_set_hash(rules: &[Rule]) -> Digest {
    RULES.hash(&[&rule_set_bytes(rules)])
}

/// The hashed bytes: the rows in the order of their ids, then of their first days if an id has several rows; then the
/// configuration, which is still empty.
pub fn rule_set_bytes(rules: &[Rule]) -> Vec<u8> {
    let mut by_id: Vec<&Rule> = rules.iter().collect();
    by_id.sort_by_key(|rule| (rule.id, rule.since));
    let mut out = Writer::new();
    out.array(2).array(by_id.len());
    for rule in by_id {
        write_rule(&mut out, rule);
    }
    out.array(0);
    out.finish()
}

fn write_rule(out: &mut Writer, rule: &Rule) {
    let Rule {
        id,
        article,
        title,
        quotation,
        since,
        until,
        scope,
        about,
        severity,
        stops,
        reasoned,
        looks_at,
        test,
        numbers,
        advice,
        detail: _,
        confirmed,
        revision,
    } = *rule;
    out.array(17).text(id).text(article);
    write_text(out, title);
    out.text(quotation).text(&since.to_string());
    match until {
        Some(last) => out.text(&last.to_string()),
        None => out.null(),
    };
    write_scope(out, scope);
    out.text(about.code()).text(severity.code());
    out.array(stops.len());
    for act in stops {
        out.text(act.code());
    }
    out.bool(reasoned).text(looks_at.code());
    match test {
        Test::Facts(_) => {
            out.null();
        }
        Test::Clock { within, .. } => write_period(out, within),
    }
    out.array(numbers.len());
    for Number { what, is } in numbers {
        out.array(2);
        write_text(out, *what);
        write_amount(out, *is);
    }
    write_text(out, advice);
    out.bool(confirmed).uint(revision.into());
}

fn write_text(out: &mut Writer, Text { zh, en }: Text) {
    out.array(2).text(zh).text(en);
}

fn write_scope(out: &mut Writer, Scope { tenant, region, sectors }: Scope) {
    out.array(3).optional_bytes(tenant.as_ref().map(|tenant| tenant.bytes().as_slice())).text(region);
    out.array(sectors.len());
    for sector in sectors {
        out.text(sector.code());
    }
}

fn write_period(out: &mut Writer, period: Period) {
    let (unit, number) = match period {
        Period::WorkingDays(number) => ("working_days", number),
        Period::Days(number) => ("days", number),
        Period::Hours(number) => ("hours", number),
    };
    out.array(2).text(unit).int(number.into());
}

fn write_amount(out: &mut Writer, amount: Amount) {
    let (unit, number) = match amount {
        Amount::Time(period) => return write_period(out, period),
        Amount::Money(fen) => ("fen", fen.get()),
        Amount::Count(number) => ("count", number.into()),
        Amount::Percent(number) => ("percent", number.into()),
    };
    out.array(2).text(unit).int(number);
}
