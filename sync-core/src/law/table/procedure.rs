//! Rules for every document in every kind of case: one fine for one act, procedures that this program does not
//! implement, recorded statements, evidence that a signed document shows.

use super::penalty::{LAW, on_record, said};
use super::{ROW, kept};
use crate::law::facts::{DecisionForm, EvidencePart, Facts, Happened, Missing, Sector};
use crate::law::rule::{About, Amount, Detail, FormalAct, Number, Outcome, Rule, Scope, Severity, Test, Text};
use crate::time::Date;

/// Officers who confirm a piece of evidence.
pub(crate) const EVIDENCE_SIGNERS: u16 = 2;
const NOTED_ADVICE: Text = Text {
    zh: "把当事人的陈述、申辩记入笔录后再作出决定",
    en: "Note what the party said in its defence in the record, then decide",
};

pub(super) const ROWS: &[Rule] = &[
    Rule {
        id: "SPO-07",
        article: "行政处罚法 第二十九条",
        title: Text { zh: "同一违法行为不得两次罚款", en: "No two fines for one act" },
        quotation: "对当事人的同一个违法行为，不得给予两次以上罚款的行政处罚。",
        about: About::PenaltyOnParty,
        stops: &[FormalAct::SignDecision, FormalAct::Deliver],
        test: Test::Facts(fined_once),
        advice: Text {
            zh: "本案对同一当事人已有签署的罚款决定书：不得再次罚款；其中一份有误的，附补充笔录说明后作废",
            en: "Another signed document of this case fines the same party: no second fine; where one is wrong, void it together with a supplementary record that says why",
        },
        ..LAW
    },
    Rule {
        id: "CAS-03",
        article: "行政处罚法 第五十四条",
        title: Text { zh: "普通程序的处罚决定", en: "Decision of the ordinary procedure" },
        quotation: "除本法第五十一条规定的可以当场作出的行政处罚外，行政机关发现公民、法人或者其他组织有依法应当给予行政处罚的行为的，必须全面、客观、公正地调查，收集有关证据",
        about: About::PenaltyDecision,
        stops: &[FormalAct::SignDecision, FormalAct::Deliver],
        test: Test::Facts(built),
        advice: Text {
            zh: "本系统尚不能办理普通程序：立案、审核、听证、集体讨论均无从核对。请作废该文书，在原有系统办理",
            en: "This program has no ordinary procedure yet, so filing, review, hearing and discussion cannot be checked. Void the document and use the system in place",
        },
        ..LAW
    },
    Rule {
        id: "CAS-04-SHOWN",
        article: "行政处罚法 第四十六条",
        title: Text { zh: "文书所示证据要素齐全", en: "Evidence that a document shows is complete" },
        quotation: "证据必须经查证属实，方可作为认定案件事实的根据。",
        about: About::OfficerAct,
        stops: &[FormalAct::SignRecord, FormalAct::SignDecision, FormalAct::OtherDocument, FormalAct::Deliver],
        test: Test::Facts(shown_complete),
        numbers: &[Number {
            what: Text { zh: "签名确认人至少", en: "people who sign for it, at least" },
            is: Amount::Count(EVIDENCE_SIGNERS),
        }],
        advice: Text {
            zh: "补全证据的来源、取证人和签名确认人，或者文书中不出示该证据",
            en: "Complete source, maker and signers of the evidence, or do not show it in the document",
        },
        detail: evidence_lacking,
        ..LAW
    },
    Rule {
        id: "SPO-06-MKT",
        article: "市场监督管理行政处罚程序规定 第六十九条",
        title: Text { zh: "陈述、申辩记入笔录", en: "Statement noted in the record" },
        quotation: "当事人进行陈述和申辩的，办案人员应当记入笔录。",
        since: Date::constant(2022, 9, 29),
        scope: Scope { sectors: &[Sector::Market], ..Scope::EVERYWHERE },
        advice: NOTED_ADVICE,
        ..NOTED
    },
    Rule {
        id: "SPO-06-AGR",
        article: "农业行政处罚程序规定 第二十六条",
        title: Text { zh: "陈述、申辩记入笔录", en: "Statement noted in the record" },
        quotation: "（四）听取当事人陈述、申辩，并记入笔录；",
        since: Date::constant(2022, 2, 1),
        scope: Scope { sectors: &[Sector::Agriculture], ..Scope::EVERYWHERE },
        advice: NOTED_ADVICE,
        ..NOTED
    },
    Rule {
        id: "SPO-04-TRA",
        article: "交通运输行政执法程序规定 第六十一条",
        title: Text { zh: "当事人签名或者注明拒绝签收", en: "Signed by the party, or the refusal noted" },
        quotation: "（七）当事人在《当场行政处罚决定书》上签名或盖章，当事人拒绝签收的，应当在行政处罚决定书上注明；",
        since: Date::constant(2021, 7, 15),
        scope: Scope { sectors: &[Sector::Transport], ..Scope::EVERYWHERE },
        about: About::PenaltyDecision,
        severity: Severity::Block,
        stops: &[FormalAct::Close],
        test: Test::Facts(signed_or_refused),
        advice: Text {
            zh: "由当事人签名或者盖章；拒绝签收的，在决定书上注明",
            en: "Have the party sign or seal it; note a refusal on it",
        },
        ..ROW
    },
];

const NOTED: Rule = Rule {
    about: About::PenaltyDecision,
    severity: Severity::Block,
    stops: &[FormalAct::SignDecision, FormalAct::Deliver],
    test: Test::Facts(noted),
    detail: |f| said(f, &f.heard_at, f.heard_noted, Missing::Statement),
    ..ROW
};

fn fined_once(facts: &Facts) -> Outcome {
    match &facts.decision {
        Some(decision) if decision.fine.is_some() => kept(decision.other_fines == 0),
        Some(_) | None => Outcome::NotApplicable,
    }
}

fn built(facts: &Facts) -> Outcome {
    match facts.decision.as_ref().map(|decision| decision.form) {
        Some(DecisionForm::NotBuilt) => Outcome::Breached,
        Some(DecisionForm::Spot) | None => Outcome::NotApplicable,
    }
}

fn noted(facts: &Facts) -> Outcome {
    match (facts.spot_decision(), &facts.heard_at) {
        (Some(_), Happened::At(_)) => on_record(facts.heard_noted),
        (Some(_), Happened::Unknown) => Outcome::Undecided,
        (Some(_), Happened::NotYet) | (None, _) => Outcome::NotApplicable,
    }
}

fn shown_complete(facts: &Facts) -> Outcome {
    if facts.shown_evidence.is_empty() {
        return Outcome::NotApplicable;
    }
    kept(facts.shown_evidence.iter().all(|entry| entry.lacking.is_empty()))
}

fn evidence_lacking(facts: &Facts) -> Option<Detail> {
    let wrong: Vec<_> = facts.shown_evidence.iter().filter(|entry| !entry.lacking.is_empty()).collect();
    let list = |part: fn(EvidencePart) -> &'static str, with: &str| {
        let one = |entry: &&crate::law::facts::EvidenceEntry| {
            let parts: Vec<&str> = entry.lacking.iter().map(|lacking| part(*lacking)).collect();
            (entry.name.clone(), parts.join(with))
        };
        wrong.iter().map(one).collect::<Vec<_>>()
    };
    let zh: Vec<String> =
        list(EvidencePart::zh, "、").into_iter().map(|(name, of)| format!("“{name}”缺{of}")).collect();
    let en: Vec<String> =
        list(EvidencePart::en, ", ").into_iter().map(|(name, of)| format!("“{name}” lacks {of}")).collect();
    (!wrong.is_empty()).then(|| Detail { zh: zh.join("；"), en: en.join("; ") })
}

fn signed_or_refused(facts: &Facts) -> Outcome {
    match facts.spot_decision() {
        Some(decision) if decision.signed_at != Happened::NotYet => {
            kept(decision.party_signed || decision.refusal_noted)
        }
        Some(_) | None => Outcome::NotApplicable,
    }
}
