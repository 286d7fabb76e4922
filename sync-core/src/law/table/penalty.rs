//! 行政处罚法 (2021): who acts, what is told, evidence, correction.

use super::{ROW, all, kept, not_after, not_entered, order_found};
use crate::id::OfficerId;
use crate::law::facts::{Certificate, Doing, Facts, Happened, Known, Missing, NotValid, OfficerPresent};
use crate::law::rule::{About, Amount, Detail, FormalAct, Number, Outcome, Rule, Severity, Test, Text};
use crate::time::Date;
use std::collections::{BTreeMap, BTreeSet};

const OFFICERS_NEEDED: u16 = 2;
/// The kinds of 第四十六条. The eighth names two records.
const EVIDENCE_KINDS: [&str; 8] =
    ["书证", "物证", "视听资料", "电子数据", "证人证言", "当事人的陈述", "鉴定意见", "勘验笔录、现场笔录"];

/// In force since 2021-07-15 (第八十六条).
pub(super) const LAW: Rule = Rule { since: Date::constant(2021, 7, 15), severity: Severity::Block, ..ROW };

pub(super) const ROWS: &[Rule] = &[
    Rule {
        id: "OFF-01",
        article: "行政处罚法 第四十二条",
        title: Text { zh: "两名以上执法人员", en: "Two officers" },
        quotation: "行政处罚应当由具有行政执法资格的执法人员实施。执法人员不得少于两人，法律另有规定的除外。",
        about: About::OfficerAct,
        stops: FORMAL,
        reasoned: true,
        test: Test::Facts(|f| unless_entering(f, two_officers)),
        numbers: &[Number {
            what: Text { zh: "执法人员至少", en: "officers at least" },
            is: Amount::Count(OFFICERS_NEEDED),
        }],
        advice: Text {
            zh: "须由两名不同的、证件有效的执法人员共同实施；同一人两次、辅助人员不计入",
            en: "Two different officers with valid certificates must act together; the same person twice and helpers do not count",
        },
        detail: officers_found,
        ..LAW
    },
    Rule {
        id: "OFF-02",
        revision: 2,
        article: "行政处罚法 第四十二条",
        title: Text { zh: "行为时执法证件有效", en: "Certificates valid at the time of the act" },
        quotation: "行政处罚应当由具有行政执法资格的执法人员实施。",
        about: About::OfficerAct,
        stops: FORMAL,
        reasoned: true,
        test: Test::Facts(certificates_valid),
        advice: Text {
            zh: "证件无效或者超出其区域、类别的人员不得参与执法，请更换人员",
            en: "Nobody may take part whose certificate is not valid or is for another region or category; replace the officer",
        },
        detail: |f| certificates_found(f, |why| why != NotValid::Missing),
        ..LAW
    },
    Rule {
        id: "OFF-02-NONE",
        article: "行政处罚法 第七十六条",
        title: Text { zh: "取得执法证件", en: "A certificate at all" },
        quotation: "（五）执法人员未取得执法证件的。",
        about: About::OfficerAct,
        stops: FORMAL,
        reasoned: true,
        test: Test::Facts(certificates_held),
        advice: Text {
            zh: "从未取得执法证件的人员不得执法，请更换人员",
            en: "Nobody may enforce who never had a certificate; replace the officer",
        },
        detail: |f| certificates_found(f, |why| why == NotValid::Missing),
        ..LAW
    },
    Rule {
        id: "OFF-03",
        article: "行政处罚法 第五十五条",
        title: Text { zh: "询问、检查前出示执法证件", en: "Certificate shown before the first question" },
        quotation: "执法人员在调查或者进行检查时，应当主动向当事人或者有关人员出示执法证件。",
        stops: FORMAL,
        reasoned: true,
        test: Test::Facts(shown_before_asked),
        advice: Text {
            zh: "出示执法证件应当先于询问、检查：记录有误的，说明理由更正；确未先出示的，说明情况后再继续",
            en: "Certificates come before the first question or inspection: correct a wrong record with a reason, or state why it was so before going on",
        },
        detail: shown_and_asked,
        ..LAW
    },
    Rule {
        id: "SPO-06",
        article: "行政处罚法 第四十四条",
        title: Text { zh: "决定前告知", en: "The party is told before the decision" },
        quotation: "行政机关在作出行政处罚决定之前，应当告知当事人拟作出的行政处罚内容及事实、理由、依据，并告知当事人依法享有的陈述、申辩、要求听证等权利。",
        about: About::PenaltyDecision,
        stops: &[FormalAct::SignDecision, FormalAct::Deliver],
        test: Test::Facts(told_first),
        advice: Text {
            zh: "先作行政处罚前告知：记录告知的拟处罚内容、事实、理由、依据和陈述、申辩等权利，再作出决定；告知权利义务不能代替",
            en: "Give the notice before the penalty first and record what it told: intended penalty, facts, reasons, basis, rights; having told the rights and duties does not stand for it",
        },
        detail: told_and_decided,
        ..LAW
    },
    Rule {
        id: "SPO-06-HEARD",
        article: "行政处罚法 第四十五条",
        title: Text { zh: "听取陈述、申辩", en: "The party is heard" },
        quotation: "当事人有权进行陈述和申辩。行政机关必须充分听取当事人的意见，对当事人提出的事实、理由和证据，应当进行复核；当事人提出的事实、理由或者证据成立的，行政机关应当采纳。",
        about: About::PenaltyDecision,
        stops: &[FormalAct::SignDecision, FormalAct::Deliver],
        test: Test::Facts(heard),
        advice: Text {
            zh: "告知后听取当事人的陈述、申辩并记录；当事人明确放弃的，记录放弃",
            en: "After telling the party, hear and record its statement and defence, or its express waiver",
        },
        ..LAW
    },
    Rule {
        id: "CAS-04",
        article: "行政处罚法 第四十六条",
        title: Text { zh: "证据种类", en: "Kind of evidence" },
        quotation: "证据包括：\n\n（一）书证；\n\n（二）物证；\n\n（三）视听资料；\n\n（四）电子数据；\n\n（五）证人证言；\n\n（六）当事人的陈述；\n\n（七）鉴定意见；\n\n（八）勘验笔录、现场笔录。",
        stops: FORMAL,
        test: Test::Facts(evidence_kinds),
        numbers: &[Number { what: Text { zh: "证据种类", en: "kinds of evidence" }, is: Amount::Count(8) }],
        advice: Text { zh: "证据种类须为法定八种之一", en: "The kind must be one of the eight of the law" },
        detail: unknown_kinds,
        ..LAW
    },
    Rule {
        id: "CAS-22",
        revision: 2,
        article: "行政处罚法 第二十八条",
        title: Text { zh: "责令改正", en: "Order to correct" },
        quotation: "行政机关实施行政处罚时，应当责令当事人改正或者限期改正违法行为。",
        about: About::PenaltyDecision,
        severity: Severity::Warn,
        test: Test::Facts(correction_ordered),
        advice: Text {
            zh: "处罚时一并责令改正或者限期改正，并记录",
            en: "Order the correction, at once or within a period, with the penalty, and record it",
        },
        ..LAW
    },
];

/// Every formal act on the phone: what has happened against the law stops the next of them.
pub(super) const FORMAL: &[FormalAct] =
    &[FormalAct::SignRecord, FormalAct::SignDecision, FormalAct::OtherDocument, FormalAct::Deliver];

/// Silent until the step has happened.
pub(super) fn once(step: &Happened, judge: impl FnOnce() -> Outcome) -> Outcome {
    match step {
        Happened::NotYet => Outcome::NotApplicable,
        Happened::At(_) | Happened::Unknown => judge(),
    }
}

fn shown_before_asked(facts: &Facts) -> Outcome {
    once(&facts.first_question_at, || not_after(facts, &facts.certificate_shown_at, &facts.first_question_at))
}

/// 第四十二条 speaks of penalties and what prepares them; an entry is a matter of the rules on inspection.
fn unless_entering(facts: &Facts, judge: fn(&Facts) -> Outcome) -> Outcome {
    match facts.doing {
        Some(Doing::Entering) => Outcome::NotApplicable,
        Some(Doing::Asking | Doing::Recording | Doing::Deciding | Doing::Documenting) | None => judge(facts),
    }
}

/// Each person of an act once, with the worst certificate recorded of them.
fn people<'a>(officers: impl IntoIterator<Item = &'a OfficerPresent>) -> BTreeMap<OfficerId, Certificate> {
    let mut people: BTreeMap<OfficerId, Certificate> = BTreeMap::new();
    for one in officers.into_iter().filter(|one| !one.is_helper) {
        let worst = people.entry(one.officer).or_insert(one.certificate);
        *worst = match (*worst, one.certificate) {
            (Certificate::NotValid(why), _) | (_, Certificate::NotValid(why)) => Certificate::NotValid(why),
            (Certificate::Unknown, _) | (_, Certificate::Unknown) => Certificate::Unknown,
            (Certificate::Valid, Certificate::Valid) => Certificate::Valid,
        };
    }
    people
}

fn count(people: &BTreeMap<OfficerId, Certificate>, wanted: fn(Certificate) -> bool) -> usize {
    people.values().filter(|certificate| wanted(**certificate)).count()
}

/// The people of each act.
fn by_act(facts: &Facts) -> BTreeMap<usize, BTreeMap<OfficerId, Certificate>> {
    let acts: BTreeSet<usize> = facts.officers.iter().map(|one| one.act).collect();
    acts.into_iter().map(|act| (act, people(facts.officers.iter().filter(|one| one.act == act)))).collect()
}

fn enough(people: &BTreeMap<OfficerId, Certificate>) -> Outcome {
    let needed = usize::from(OFFICERS_NEEDED);
    let valid = count(people, |c| c == Certificate::Valid);
    let unknown = count(people, |c| c == Certificate::Unknown);
    if valid >= needed {
        return Outcome::Satisfied;
    }
    if valid + unknown >= needed { Outcome::Undecided } else { Outcome::Breached }
}

/// Nothing is said of a case in which nothing was done yet.
pub(super) fn two_officers(facts: &Facts) -> Outcome {
    let acts = by_act(facts);
    if acts.is_empty() {
        return Outcome::NotApplicable;
    }
    all(&acts.values().map(enough).collect::<Vec<_>>())
}

/// The first act at which there were not enough, or else are not known to have been.
pub(super) fn officers_found(facts: &Facts) -> Option<Detail> {
    let acts = by_act(facts);
    let of = |outcome| acts.iter().find(|(_, people)| enough(people) == outcome);
    let (act, people) = of(Outcome::Breached).or_else(|| of(Outcome::Undecided))?;
    let (zh, en) = at_act(facts, *act);
    let (all, valid) = (people.len(), count(people, |c| c == Certificate::Valid));
    Some(Detail {
        zh: format!("{zh}在场执法人员{all}人，其中证件确认有效{valid}人"),
        en: format!("{en}{all} officers present, {valid} with a certificate known to be valid"),
    })
}

/// Names an act with its time.
fn at_act(facts: &Facts, act: usize) -> (String, String) {
    facts.acts.get(act).map_or_else(Default::default, |act| {
        (format!("{}（{}）时，", act.what.zh, act.during), format!("{} ({}): ", act.what.en, act.during))
    })
}

/// Those who did something themselves.
fn acting(facts: &Facts) -> impl Iterator<Item = &OfficerPresent> {
    facts.officers.iter().filter(|one| one.acted && !one.is_helper)
}

/// 第四十二条: of those who have or had one.
fn certificates_valid(facts: &Facts) -> Outcome {
    each_certificate(facts, |certificate| match certificate {
        Certificate::NotValid(NotValid::Missing) => None,
        Certificate::Valid => Some(Outcome::Satisfied),
        Certificate::NotValid(_) => Some(Outcome::Breached),
        Certificate::Unknown => Some(Outcome::Undecided),
    })
}

/// 第七十六条第五项: of those who never had one.
fn certificates_held(facts: &Facts) -> Outcome {
    each_certificate(facts, |certificate| match certificate {
        Certificate::NotValid(NotValid::Missing) => Some(Outcome::Breached),
        Certificate::Valid | Certificate::NotValid(_) => Some(Outcome::Satisfied),
        Certificate::Unknown => Some(Outcome::Undecided),
    })
}

fn each_certificate(facts: &Facts, judge: fn(Certificate) -> Option<Outcome>) -> Outcome {
    let each: Vec<Outcome> = people(acting(facts)).into_values().filter_map(judge).collect();
    if each.is_empty() { Outcome::NotApplicable } else { all(&each) }
}

/// Each thing that is wrong with a certificate, with the first act of which that is so.
fn certificates_found(facts: &Facts, of: fn(NotValid) -> bool) -> Option<Detail> {
    let spoken_of = |one: &&OfficerPresent| match one.certificate {
        Certificate::NotValid(why) => of(why),
        Certificate::Valid | Certificate::Unknown => true,
    };
    let mut said: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for one in acting(facts).filter(spoken_of) {
        if let Some(state) = certificate_state(one.certificate) {
            said.entry(state).or_insert(one.act);
        }
    }
    let told = said.iter().map(|((zh, en), act)| {
        let (zh_at, en_at) = at_act(facts, *act);
        (format!("{zh_at}{zh}"), format!("{en_at}{en}"))
    });
    let (zh, en): (Vec<String>, Vec<String>) = told.unzip();
    (!zh.is_empty()).then(|| Detail { zh: zh.join("、"), en: en.join(", ") })
}

fn certificate_state(certificate: Certificate) -> Option<(&'static str, &'static str)> {
    match certificate {
        Certificate::Valid => None,
        Certificate::Unknown => Some(("有证件状态不明", "a certificate of unknown state")),
        Certificate::NotValid(why) => Some(match why {
            NotValid::Suspended => ("有证件被暂扣", "a certificate suspended"),
            NotValid::Cancelled => ("有证件已注销", "a certificate cancelled"),
            NotValid::Revoked => ("有证件被吊销", "a certificate revoked"),
            NotValid::Lost => ("有证件已挂失", "a certificate reported lost"),
            NotValid::Expired => ("有证件已过期", "a certificate expired"),
            NotValid::Missing => ("有人员未取得证件", "a person without a certificate"),
            NotValid::OutOfScope => ("有证件超出区域或者类别", "a certificate for another region or category"),
        }),
    }
}

/// The notice came first, and it is on record what it told.
fn told_first(facts: &Facts) -> Outcome {
    let Some(decision) = &facts.decision else { return Outcome::NotApplicable };
    match not_after(facts, &facts.notice_given_at, &decision.signed_at) {
        Outcome::Satisfied => on_record(facts.notice_says),
        other @ (Outcome::Breached | Outcome::Undecided | Outcome::NotApplicable) => other,
    }
}

/// Whether what was said is on record.
pub(super) fn on_record(says: Known<bool>) -> Outcome {
    match says {
        Known::Known(says) => kept(says),
        Known::NotEntered => Outcome::Breached,
        Known::Unknown => Outcome::Undecided,
    }
}

/// Names what nobody entered about a step that was recorded for a decision.
pub(super) fn said(facts: &Facts, step: &Happened, says: Known<bool>, missing: Missing) -> Option<Detail> {
    let silent = matches!(says, Known::NotEntered | Known::Known(false));
    let recorded = facts.decision.is_some() && *step != Happened::NotYet;
    (recorded && silent).then(|| not_entered(missing))
}

fn shown_and_asked(facts: &Facts) -> Option<Detail> {
    let shown = (&facts.certificate_shown_at, "出示证件", "certificates shown");
    order_found(facts, shown, (&facts.first_question_at, "首次询问", "first question"))
}

fn told_and_decided(facts: &Facts) -> Option<Detail> {
    let silent = said(facts, &facts.notice_given_at, facts.notice_says, Missing::NoticeText);
    if silent.is_some() {
        return silent;
    }
    let told = (&facts.notice_given_at, "告知", "told");
    order_found(facts, told, (&facts.decision.as_ref()?.signed_at, "作出决定", "decided"))
}

fn heard(facts: &Facts) -> Outcome {
    let Some(decision) = &facts.decision else { return Outcome::NotApplicable };
    let in_order = |step: &Happened| {
        all(&[not_after(facts, &facts.notice_given_at, step), not_after(facts, step, &decision.signed_at)])
    };
    let ways = [in_order(&facts.heard_at), in_order(&facts.waived_at)];
    for best in [Outcome::Satisfied, Outcome::Undecided] {
        if ways.contains(&best) {
            return best;
        }
    }
    Outcome::Breached
}

/// Whether `kind` is one of the eight; either record of the eighth may be named alone.
fn is_evidence_kind(kind: &str) -> bool {
    EVIDENCE_KINDS.contains(&kind) || kind == "勘验笔录" || kind == "现场笔录"
}

fn evidence_kinds(facts: &Facts) -> Outcome {
    if facts.evidence.is_empty() {
        return Outcome::NotApplicable;
    }
    kept(facts.evidence.iter().all(|entry| is_evidence_kind(&entry.kind)))
}

fn unknown_kinds(facts: &Facts) -> Option<Detail> {
    let wrong: Vec<String> = facts
        .evidence
        .iter()
        .filter(|entry| !is_evidence_kind(&entry.kind))
        .map(|entry| format!("{}「{}」", entry.name, entry.kind))
        .collect();
    (!wrong.is_empty()).then(|| Detail { zh: wrong.join("、"), en: wrong.join(", ") })
}

fn correction_ordered(facts: &Facts) -> Outcome {
    let Some(decision) = &facts.decision else { return Outcome::NotApplicable };
    let worded = match facts.correction_text_orders {
        Known::Known(orders) => kept(orders),
        Known::NotEntered => Outcome::Breached,
        Known::Unknown => Outcome::Undecided,
    };
    match &facts.correction_ordered_at {
        Happened::NotYet => Outcome::Breached,
        Happened::At(_) | Happened::Unknown => {
            all(&[not_after(facts, &facts.correction_ordered_at, &decision.signed_at), worded])
        }
    }
}
