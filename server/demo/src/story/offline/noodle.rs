//! The noodle stall next door: an individual business, a citizen for the limit of 行政处罚法 第五十一条.

use super::fining::{Boundary, correction, draft, hand_over, lower, refuses, told};
use super::interview::{sign, signature};
use super::{certificates, enter, open, task};
use crate::stage::{Matter, Stage, Team, add, text, today};
use crate::words::{self, SpotDecision};

const FORM: &str = "spot_decision";
const FACTS: &str = "销售的6种面食未标明价格";

/// 200.01 is refused, 200 is signed.
///
/// # Errors
/// An internal error, or a refusal where none belongs.
pub fn tell(stage: &mut Stage, team: &mut Team) -> anyhow::Result<Matter> {
    let party = words::noodle_stall(team.run)?;
    let (mate, shown) = (team.a.officer.clone(), certificates(team));
    let lead = &mut team.b;
    let mut matter = open(lead, &mate, &party, task(&team.tasks, 1)?, today())?;
    let case = matter.case.clone();
    enter(lead, &case, &shown, &party)?;
    let mut ops = vec![add("party", "a", "p", None)];
    ops.extend(party.fields("p"));
    lead.save(&case, ops)?;
    told(stage, lead, &case, 1)?;
    matter.number.clone_from(&lead.paper);
    let bounds = Boundary { beyond: 20_001, lawful: 20_000 };
    let date = today();
    let decision = SpotDecision { party: &party, facts: FACTS, fine: bounds.beyond, number: &matter.number, date };
    correction(lead, &case, &decision)?;
    matter.decision = text(&draft(lead, &case, &decision)?, "/names/d");
    let refused = lead.try_act("sign", signature(&case, &matter.decision, FORM, "officer", None))?;
    refuses(stage, refused, "200.01");
    lower(lead, &case, &matter.decision, bounds.lawful)?;
    let signed = sign(lead, &case, &matter.decision, FORM, "officer", None);
    stage.claim(
        "隔壁面馆是个体工商户：200 元可以，200.01 元不可以",
        "The noodle stall next door, an individual business: 200 passes, 200.01 does not",
        signed.is_ok(),
        || format!("{signed:?}"),
    );
    Ok(matter)
}

/// Second signature, the party's, delivery.
///
/// # Errors
/// An internal error, or a refusal.
pub fn finish(team: &mut Team, matter: &Matter) -> anyhow::Result<()> {
    hand_over(&mut team.a, &matter.case, &matter.decision, 3)
}
