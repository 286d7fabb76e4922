//! Who takes part in a case: an invitation is accepted by a change of one's own.

use serde_json::json;
use sync_core::change::NewOp;
use sync_core::id::ChangeId;
use sync_core::op::Act;
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
        assert_eq!(head.push(&[&answer]).fates[0].class, sync_core::message::Class::Accepted);
        assert_eq!(register().refusal(), (403, "own_case".into()));
        let page = Desk::of(server, "unit-head").get(&format!("/console/cases/{}", case.id)).expect(200).text();
        assert!(!page.contains("/act/register"));
    }
}
