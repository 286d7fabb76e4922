//! Participation: an invitation is accepted by a change of the invited officer; changes of others stay outside of the
//! case.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value as Json, json};
use sync_core::case::fold;
use sync_core::case_record::CaseRecord;
use sync_core::change::{Change, NewOp};
use sync_core::id::ChangeId;
use sync_core::op::{Act, Assignment, OpRef};
use sync_core::sign::SoftwareVerifier;
use sync_core::value::Value;
use tests::desk::Desk;
use tests::{Phone, on_both_databases};

use crate::casework::Case;

on_both_databases! {
    fn a_head_who_is_invited_without_consent_decides_all_the_same_until_they_answer(server) {
        let mut case = Case::open(server);
        let mut head = Phone::without_lease(server, "unit-head");
        head.fetch_lease();
        case.save(vec![NewOp::new(Act::Invite(head.officer))]);
        let desk = head.desk.clone();
        let register = || {
            let seen = desk.call("GET", &case.path()).send().expect(200);
            let target = json!({"target": case.decision.to_string(), "note": "已备案"});
            let call = desk.call("POST", &format!("{}/register", case.path()));
            call.header("If-Match", seen.header("etag")).json(&target).send()
        };
        let page = Desk::of(server, "unit-head").get(&format!("/console/cases/{}", case.id)).expect(200).text();
        assert!(page.contains("/act/register"), "the page offers it");
        let _ = register().expect(200);
        // They answer with a change of their own: from then on it is their case.
        let heads: Vec<ChangeId> = head.pull_all(500).case(case.id).heads.iter().copied().collect();
        let answer = head.write(case.id, &heads, "note", "已到场");
        assert_eq!(head.push(&[&answer]).outcomes[0].class, sync_core::message::Class::Accepted);
        assert_eq!(register().refusal(), (403, "own_case".into()));
        let page = Desk::of(server, "unit-head").get(&format!("/console/cases/{}", case.id)).expect(200).text();
        assert!(!page.contains("/act/register"));
    }

    fn a_strangers_changes_keep_no_head_from_closing_and_have_effect_once_admitted(server) {
        let mut case = Case::open(server);
        case.save(vec![NewOp::new(Act::Withdraw).on(OpRef::Of(case.decision)).with(Value::text("误作"))]);
        case.save(vec![NewOp::put(None, "case_result", vec![], Value::text("不予处罚"))]);
        let mut stranger = Phone::of(server, "agriculture-officer");
        let mut desk = Desk::of(server, "unit-head");
        let (etag, was) = (case.etag(), case.read());
        // Each with a fault of its own, or none: beside the case, on top of it, without form, inviting oneself.
        let head = case.heads[0];
        let assign = vec![NewOp::new(Act::Assign(Assignment { officer: stranger.officer }))];
        let sent = [
            stranger.write(case.id, &[case.id], "title", "外人所写"),
            stranger.write(case.id, &[head], "place_name", "外人所写"),
            stranger.save(Some(case.id), &[head], assign),
            stranger.save(Some(case.id), &[head], vec![NewOp::new(Act::Invite(stranger.officer))]),
        ];
        for change in &sent {
            stranger.push(&[change]);
            assert_eq!(case.etag(), etag, "the version that commands name does not move");
        }
        let now = case.read();
        for field in ["heads", "basis", "participants", "conflicts"] {
            assert_eq!(now[field], was[field], "{field}");
        }
        for field in ["title", "status", "conflicts", "breaches", "duties"] {
            assert_eq!(now["card"][field], was["card"][field], "{field}");
        }
        let waiting: Vec<&Json> = now["noted"].as_array().unwrap().iter().filter(|noted| noted["excluded"] == true).collect();
        assert_eq!(waiting.len(), sent.len() - 1, "shown, to be judged; what has no form could not be admitted: {now}");
        assert_eq!(stranger.pull_all(500).changes.len(), 0, "nobody gets into reach by it");
        // The officers' work goes on beside it, and the page offers to decide.
        case.save(vec![NewOp::put(None, "note", vec![], Value::text("继续"))]);
        let state = case.phone.pull_all(500).case(case.id);
        assert_eq!((state.heads.len(), state.outside.len()), (1, sent.len()));
        assert!(!state.heads.iter().any(|head| sent.iter().any(|change| change.id() == *head)));
        let page = desk.get(&format!("/console/cases/{}", case.id)).expect(200).text();
        assert!(page.contains(&sent[1].id().to_string()), "{page}");

        // What a person admits has its effect from then on, and only that.
        let verdict = json!({"verdict": "admit", "reason": "系临时支援人员"});
        let _ = case.command("unit-head", &format!("changes/{}/verdict", sent[1].id()), &verdict).expect(200);
        let state = case.phone.pull_all(500).case(case.id);
        assert!(state.value(None, &"place_name".into()).is_some());
        assert_eq!((state.heads.len(), state.outside.len()), (1, sent.len() - 1));

        // Between the look and the closing, twelve times of twelve.
        for round in 0..12 {
            let seen = case.etag();
            let change = stranger.write(case.id, &[*state.heads.first().unwrap()], "title", &format!("{round}"));
            stranger.push(&[&change]);
            assert_eq!(case.etag(), seen);
        }
        let seen = case.etag();
        let late = stranger.write(case.id, &[head], "title", "迟");
        stranger.push(&[&late]);
        let call = case.person("unit-head").call("POST", &format!("{}/close", case.path()));
        let closed = call.header("If-Match", &seen).json(&json!({})).send();
        assert_ne!(closed.status, 412, "{}", closed.text());
        assert_eq!(closed.expect(200).json()["status"], "closed");

        // The record states the case alone: who checks it needs nothing of what is outside.
        let record = case.person("unit-head").call("GET", &format!("{}/record", case.path())).send().expect(200).json();
        let bytes = STANDARD.decode(record["signed"].as_str().unwrap()).unwrap();
        let opened = CaseRecord::open(&bytes, &case.phone.server_key, &SoftwareVerifier).unwrap().record;
        let all = case.phone.pull_all(500);
        let mut named: Vec<ChangeId> = opened.heads.clone();
        let mut stated: Vec<&Change> = Vec::new();
        while let Some(id) = named.pop() {
            let change = &all.changes[&id];
            if !stated.iter().any(|other| other.id() == id) {
                stated.push(change);
                named.extend(&change.header().deps);
            }
        }
        assert!(stated.len() + 14 < all.changes.len(), "much is outside");
        assert_eq!(fold(case.id, stated).hash(), opened.state);
    }
}
