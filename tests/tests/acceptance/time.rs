//! When something happened and what came first: determined by dependencies and proven times, never by a wall clock.

use api_spec::case::CaseDetail;
use serde_json::json;
use sync_core::case::resolution;
use sync_core::change::{Change, NewOp};
use sync_core::id::CaseId;
use sync_core::law::rule::Outcome;
use sync_core::message::Class;
use sync_core::op::{Act, Correction, OpId, OpRef, Signature, SignerRole};
use sync_core::plan::{Flag, Grade};
use sync_core::value::Value;
use tests::{Person, Phone, Server, on_both_databases};

use crate::search::run_sql;

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;

fn record(step: &str) -> NewOp {
    NewOp::new(Act::RecordStep { step: step.into() })
}

fn detail(server: &Server, case: CaseId) -> CaseDetail {
    Person::sign_in(server, "officer-a").call("GET", &format!("/v1/cases/{case}")).send().expect(200).read()
}

fn outcome(server: &Server, case: CaseId, rule: &str) -> Outcome {
    let checks = detail(server, case).checks;
    checks.into_iter().find(|check| check.rule == rule).unwrap_or_else(|| panic!("{rule} is judged")).outcome
}

/// A change whose clocks are moved from what they really are.
fn with_clocks(
    phone: &mut Phone<'_>,
    case: CaseId,
    deps: &[&Change],
    ops: Vec<NewOp>,
    wall: i64,
    monotonic: i64,
) -> Change {
    let mut header = phone.header(Some(case), &deps.iter().map(|dep| dep.id()).collect::<Vec<_>>());
    header.clock.wall = header.clock.wall.plus_ms(wall);
    header.clock.monotonic_ms = header.clock.monotonic_ms.saturating_add_signed(monotonic);
    let change = Change::seal(header, ops, tests::actor::random(), &phone.key).unwrap();
    (phone.seq, phone.prev) = (phone.seq + 1, Some(change.id()));
    change
}

/// A document added in this change, and the officer's signature of it: a formal act.
fn signing() -> Vec<NewOp> {
    let digest = sync_core::change::shown_digest([]);
    let (form, manner) = ("scene_record".into(), "key".to_owned());
    let signature = Signature { form, version: 1, role: SignerRole::Officer, manner, shown: vec![], digest };
    let document = NewOp::add("document", "a");
    vec![document, NewOp::new(Act::Sign(signature)).on(OpRef::Own(0))]
}

on_both_databases! {
    fn what_builds_on_a_step_came_after_it_though_that_phones_clock_runs_twenty_seconds_fast(server) {
        let (mut a, mut b) = (Phone::of(server, "officer-a"), Phone::of(server, "officer-b"));
        let opening = a.open_case(&[b.officer]);
        let case = opening.id();
        let shown = with_clocks(&mut a, case, &[&opening], vec![record("certificate_shown")], 20_000, 0);
        let asked = b.save(Some(case), &[shown.id()], vec![record("question_asked")]);
        let outcomes = [a.push(&[&opening, &shown]).outcomes, b.push(&[&asked]).outcomes].concat();
        assert!(outcomes.iter().all(|outcome| outcome.class == Class::Accepted && outcome.flags.is_empty()), "{outcomes:?}");
        assert_eq!(outcome(server, case, "OFF-03"), Outcome::Satisfied);
    }

    fn a_question_before_the_certificates_is_found_and_two_that_nothing_orders_are_undecided(server) {
        let (mut a, mut b) = (Phone::of(server, "officer-a"), Phone::of(server, "officer-b"));
        let opening = a.open_case(&[b.officer]);
        let case = opening.id();
        // The wall clock of the one who shows says that it was first, and is no proof.
        let asked = b.save(Some(case), &[case], vec![record("question_asked")]);
        let shown = with_clocks(&mut a, case, &[&opening], vec![record("certificate_shown")], -4_000, 0);
        let _ = (a.push(&[&opening, &shown]), b.push(&[&asked]));
        assert_eq!(outcome(server, case, "OFF-03"), Outcome::Undecided);
        let undecided = detail(server, case).checks.into_iter().find(|check| check.rule == "OFF-03").unwrap();
        assert!(undecided.zh.contains("先后无法证明"), "{}", undecided.zh);

        let opening = b.open_case(&[a.officer]);
        let case = opening.id();
        let asked = b.save(Some(case), &[case], vec![record("question_asked")]);
        let shown = with_clocks(&mut a, case, &[&asked], vec![record("certificate_shown")], -20_000, 0);
        let _ = (b.push(&[&opening, &asked]), a.push(&[&shown]));
        assert_eq!(outcome(server, case, "OFF-03"), Outcome::Breached);
    }

    fn a_step_recorded_too_late_is_corrected_with_a_reason_and_both_stay_visible(server) {
        let mut phone = Phone::of(server, "officer-a");
        let opening = phone.open_case(&[]);
        let case = opening.id();
        let asked = phone.save(Some(case), &[case], vec![record("question_asked")]);
        let shown = phone.save(Some(case), &[asked.id()], vec![record("certificate_shown")]);
        phone.push(&[&opening, &asked, &shown]);
        assert_eq!(outcome(server, case, "OFF-03"), Outcome::Breached);

        let before = detail(server, case).steps[0].by.time.from_ms - 2 * MINUTE_MS;
        let step = OpRef::Of(OpId { change: shown.id(), index: 0 });
        let kind = Some("certificate_shown".into());
        let act = Act::Correct(Correction { step, kind, happened_ms: Some(before) });
        let correction = NewOp::new(act).with(resolution(Value::Null, "先出示，漏记"));
        let corrected = phone.save(Some(case), &[shown.id()], vec![correction]);
        assert_eq!(phone.push(&[&corrected]).outcomes[0].class, Class::Accepted);
        assert_eq!(outcome(server, case, "OFF-03"), Outcome::Satisfied);
        let step = detail(server, case).steps.remove(1);
        assert_eq!((step.kind.as_str(), step.corrections.len()), ("certificate_shown", 1));
        let said = &step.corrections[0];
        assert_eq!((said.reason.as_deref(), said.happened_ms, said.stands), (Some("先出示，漏记"), Some(before), true));
    }

    fn a_wall_clock_three_days_behind_is_flagged_and_the_proved_day_is_shown(server) {
        let mut phone = Phone::of(server, "officer-a");
        let opening = phone.open_case(&[]);
        let case = opening.id();
        let behind = with_clocks(&mut phone, case, &[&opening], vec![record("entered")], -3 * DAY_MS, 0);
        let outcomes = phone.push(&[&opening, &behind]).outcomes;
        assert_eq!((outcomes[1].class, outcomes[1].flags.as_slice()), (Class::Accepted, &["clock_contradicts".to_owned()][..]));
        let step = detail(server, case).steps.remove(0);
        assert_eq!((step.by.time.grade, step.by.time.contradicted), (Grade::C, true));
        let issued = phone.lease.as_ref().unwrap().lease.issued.ms();
        assert!(step.by.time.from_ms >= issued - 2_100 && step.by.time.until_ms < issued + 10 * MINUTE_MS, "{step:?}");
        assert!(step.by.wall_ms < issued - 2 * DAY_MS, "what was claimed is kept beside it");
    }

    fn a_phone_cannot_set_its_clocks_back_behind_its_own_last_change(server) {
        let mut phone = Phone::of(server, "officer-a");
        let opening = phone.open_case(&[]);
        let case = opening.id();
        tests::actor::wait_ms(200);
        let later = phone.write(case, &[case], "note", "后");
        let back = with_clocks(&mut phone, case, &[&opening], signing(), -150, -150);
        let outcomes = phone.push(&[&opening, &later, &back]).outcomes;
        assert_eq!(outcomes[1].flags, [""; 0]);
        assert!(outcomes[2].flags.contains(&"clock_contradicts".to_owned()), "{outcomes:?}");
    }

    /// What a gap hides is not there to compare with; the last change before the gap is, in the same push and in an earlier one.
    fn a_gap_hides_no_change_before_it_from_the_check_of_the_clocks(server) {
        for in_one_push in [true, false] {
            let mut phone = Phone::of(server, "officer-a");
            let opening = phone.open_case(&[]);
            let case = opening.id();
            tests::actor::wait_ms(200);
            let later = phone.write(case, &[case], "note", "后");
            let _never_sent = phone.write(case, &[case], "note", "缺");
            let back = with_clocks(&mut phone, case, &[&opening], signing(), -150, -150);
            let outcomes = if in_one_push {
                phone.push(&[&opening, &later, &back]).outcomes
            } else {
                let _ = phone.push(&[&opening, &later]);
                phone.push(&[&back]).outcomes
            };
            let flags = &outcomes.last().unwrap().flags;
            for flag in ["clock_contradicts", Flag::ChainGap.code()] {
                assert!(flags.contains(&flag.to_owned()), "{in_one_push}: {flags:?}");
            }
        }
    }

    fn another_phones_lease_proves_no_time(server) {
        let (mut a, b) = (Phone::of(server, "officer-a"), Phone::of(server, "officer-b"));
        let opening = a.open_case(&[]);
        let mut header = a.header(Some(opening.id()), &[opening.id()]);
        header.clock.anchor = b.header(None, &[]).clock.anchor;
        let ops = vec![NewOp::put(None, "note", vec![], Value::text("借来的时间"))];
        let borrowed = Change::seal(header, ops, tests::actor::random(), &a.key).unwrap();
        let outcomes = a.push(&[&opening, &borrowed]).outcomes;
        assert!(outcomes[1].flags.contains(&"clock_contradicts".to_owned()), "{outcomes:?}");
    }

    fn an_officer_whose_certificate_ended_ten_days_ago_opens_no_case_unflagged(server) {
        let mut phone = Phone::without_lease(server, "officer-a");
        let ten_days_ago = server::clock::Clock::system().now().plus_ms(-10 * DAY_MS).ms();
        run_sql(server, &format!("UPDATE certificate_interval SET until_ms = {ten_days_ago}"));
        // Without lease and anchor, by a wall clock that is set to when it was valid.
        let opening = phone.open_case(&[]);
        let mut header = opening.header().clone();
        header.clock.wall = header.clock.wall.plus_ms(-11 * DAY_MS);
        let opening = Change::seal(header, vec![NewOp::new(opening.ops()[0].act.clone())], [1; 32], &phone.key).unwrap();
        let outcome = phone.push(&[&opening]).outcomes.remove(0);
        assert_eq!((outcome.class, outcome.code.as_str()), (Class::Quarantined, "after_revocation"), "enrolled after it ended");
    }

    fn certificates_are_judged_at_the_time_of_each_act(server) {
        let (mut a, mut b) = (Phone::of(server, "officer-a"), Phone::of(server, "officer-b"));
        let opening = a.open_case(&[b.officer]);
        let case = opening.id();
        let shown = a.save(Some(case), &[case], vec![record("certificate_shown")]);
        let _ = a.push(&[&opening, &shown]);
        assert_eq!(outcome(server, case, "OFF-02"), Outcome::Satisfied);
        // They end after the act: a note that comes later changes nothing of what was done.
        let now = server::clock::Clock::system().now();
        let after = now.plus_ms(4_000).ms();
        run_sql(server, &format!("UPDATE certificate_interval SET until_ms = {after}"));
        tests::actor::wait_ms(7_000);
        let note = b.write(case, &[shown.id()], "note", "证件到期以后");
        assert_eq!(b.push(&[&note]).outcomes[0].code, "after_revocation", "the newest change is after the end");
        assert_eq!(outcome(server, case, "OFF-02"), Outcome::Satisfied);
        // A suspension over the time of the act is found, though it was lifted since.
        let (from, until) = (now.plus_ms(-DAY_MS).ms(), now.plus_ms(20_000).ms());
        run_sql(server, "UPDATE certificate_interval SET until_ms = NULL");
        run_sql(server, &format!(
            "INSERT INTO certificate_interval (tenant, certificate, ordinal, status, from_ms, until_ms, reason, basis)
             SELECT tenant, certificate, 77, 'suspended', {from}, {until}, '', '' FROM certificate_interval WHERE ordinal = 0"
        ));
        assert_eq!(outcome(server, case, "OFF-02"), Outcome::Breached);
    }

    fn a_certificate_reaches_its_region_and_what_lies_in_it_and_its_own_field_only(server) {
        let (mut a, b) = (Phone::of(server, "officer-a"), Phone::of(server, "officer-b"));
        let opening = a.open_case(&[b.officer]);
        let case = opening.id();
        let shown = a.save(Some(case), &[case], vec![record("certificate_shown")]);
        let _ = a.push(&[&opening, &shown]);
        let admin = Person::sign_in(server, "agency-admin");
        let correct = |category: &str, region: &str| {
            let written = json!({"number": "22370001001", "category": category, "region": region, "issued_on": "2022-03-01",
                                 "valid_until": "2091-02-28"});
            let body = json!({"certificate": written, "reason": "录入有误"});
            let answer = crate::people::act(&admin, &a.officer.to_string(), "/certificates/correction", &body);
            assert!([200, 409].contains(&answer.status), "{answer:?}");
        };
        for (category, region, wanted) in [
            ("综合执法", "500237", Outcome::Satisfied),
            ("综合执法", "500236", Outcome::Breached),
            ("综合执法", "500000", Outcome::Satisfied),
            ("综合执法", "510000", Outcome::Breached),
            ("市场监管", "500237001", Outcome::Satisfied),
            ("交通运输", "500237", Outcome::Breached),
        ] {
            correct(category, region);
            assert_eq!(outcome(server, case, "OFF-02"), wanted, "{category} {region}");
        }
    }

    fn a_gap_is_told_while_it_is_one_and_gone_when_it_is_filled(server) {
        let mut phone = Phone::of(server, "officer-a");
        let first = phone.open_case(&[]);
        let second = phone.open_case(&[]);
        let gap = [Flag::ChainGap.code().to_owned()];
        assert_eq!(phone.push(&[&second]).outcomes[0].flags, gap);
        assert_eq!(phone.push(&[&second]).outcomes[0].flags, gap, "as long as it is one");
        let noted = detail(server, second.id()).noted;
        assert_eq!(noted[0].flags, [Flag::ChainGap]);
        assert_eq!(phone.push(&[&first]).outcomes[0].flags, [""; 0]);
        assert_eq!(phone.push(&[&second]).outcomes[0].flags, [""; 0]);
        assert_eq!(detail(server, second.id()).noted, []);
    }

    fn what_comes_in_one_push_is_no_gap_whatever_cases_it_is_of(server) {
        let mut phone = Phone::of(server, "officer-a");
        let openings: Vec<Change> = (0..30).map(|_| phone.open_case(&[])).collect();
        let outcomes = phone.push(&openings.iter().collect::<Vec<_>>()).outcomes;
        assert!(outcomes.iter().all(|outcome| outcome.flags.is_empty()), "{outcomes:?}");
        for opening in [&openings[0], &openings[29]] {
            assert_eq!(detail(server, opening.id()).noted, []);
        }
    }
}
