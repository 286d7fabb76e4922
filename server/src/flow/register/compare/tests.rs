use sync_core::agency::AgencyKind;
use sync_core::certificate::{CertificateState, CertificateStatus};
use sync_core::time::Date;

use super::super::roster;
use super::*;
use crate::flow::certificate::status_at;
use crate::flow::sheet::report::Totals;
use crate::store::{AgencyRow, CertificateRow, IntervalRow, OfficerRow, RegionRow};

const NOW: Instant = Instant::from_ms(1_795_363_200_000);
const CITIZEN: &str = "11010519491231002X";
const HEAD: &str = "姓名,工作单位,人员类别,身份证号,行政执法证号,执法类别,执法区域,发证日期,有效期至";

fn officer(id: u8, agency: u8, name: &str) -> OfficerRow {
    OfficerRow {
        id: OfficerId::new([id; 16]),
        agency: AgencyId::new([agency; 16]),
        name: name.to_owned(),
        helper: false,
        active: true,
        created: NOW,
    }
}

fn agency(id: u8, name: &str) -> AgencyRow {
    AgencyRow {
        id: AgencyId::new([id; 16]),
        parent: None,
        path: format!("{id}/"),
        name: name.to_owned(),
        short_name: format!("巫{id}"),
        kind: AgencyKind::Station,
        sector: "market".to_owned(),
        acts_for: None,
        reconsideration: None,
        active: id != 9,
    }
}

fn certificate(number: &str, holder: u8, status: CertificateStatus) -> (CertificateRow, Vec<IntervalRow>) {
    let from = Instant::start_of(Date::constant(2022, 3, 1));
    let interval = |ordinal, status| IntervalRow {
        ordinal,
        status,
        from,
        until: None,
        reason: String::new(),
        basis: String::new(),
        decided_by: String::new(),
    };
    let row = CertificateRow {
        number: number.to_owned(),
        officer: OfficerId::new([holder; 16]),
        category: "综合".to_owned(),
        region: "500237".to_owned(),
        issued_on: "2022-03-01".to_owned(),
        valid_until: "2027-02-28".to_owned(),
    };
    (row, vec![interval(0, CertificateStatus::Valid), interval(1, status)])
}

/// 李建国 with certificate and citizen number, 陈晓梅 with a certificate, 周志强 with neither, 王芳 twice.
fn held() -> Held {
    Held {
        officers: vec![
            officer(1, 1, "李建国"),
            officer(2, 1, "陈晓梅"),
            officer(3, 1, "周志强"),
            officer(4, 1, "王芳"),
            officer(5, 1, "王芳"),
            OfficerRow { active: false, ..officer(6, 1, "吴离岗") },
        ],
        identities: BTreeMap::from([(OfficerId::new([1; 16]), CITIZEN.to_owned())]),
        certificates: vec![
            certificate("1001", 1, CertificateStatus::Valid),
            certificate("1002", 2, CertificateStatus::Suspended),
        ],
        agencies: vec![agency(1, "县局高唐市场监督管理所"), agency(2, "县局巫峡市场监督管理所"), agency(9, "旧所")],
        regions: vec![RegionRow {
            code: "500237001".to_owned(),
            name: "高唐街道".to_owned(),
            parent: None,
            level: "street".to_owned(),
        }],
        region: "500237".to_owned(),
        ..Held::default()
    }
}

fn compared(rows: &str) -> Comparison {
    let roster = roster::read(&table::read(format!("{HEAD}\n{rows}\n").as_bytes()).unwrap());
    compare(&held(), &roster, NOW)
}

fn outcome(row: &str) -> Outcome {
    compared(row).report.lines.remove(0).outcome
}

fn changes(row: &str) -> Vec<(String, String, String)> {
    match outcome(row) {
        Outcome::Changed(found) => found.into_iter().map(|one| (one.en.to_owned(), one.old, one.new)).collect(),
        other @ (Outcome::New | Outcome::Unchanged | Outcome::Refused(_)) => panic!("{row}: {other:?}"),
    }
}

fn refusal(row: &str) -> String {
    match outcome(row) {
        Outcome::Refused(wrong) => wrong.into_iter().map(|wrong| wrong.zh).collect(),
        other @ (Outcome::New | Outcome::Changed(_) | Outcome::Unchanged) => panic!("{row}: {other:?}"),
    }
}

const AS_HELD: &str = "李建国,高唐市场监督管理所,执法人员,11010519491231002X,1001,综合,500237,2022-03-01,2027-02-28";

#[test]
fn what_the_register_has_already_changes_nothing() {
    for row in [
        AS_HELD,
        "李建国,巫1,,,1001,综合,,2022.3.1,2027.2.28",
        "李建国,高唐市场监督管理所,,11010519491231002x,,,,,",
        "周志强,高唐市场监督管理所,,,,,,,",
    ] {
        assert_eq!(outcome(row), Outcome::Unchanged, "{row}");
        assert_eq!(compared(row).planned, [], "{row}");
    }
}

#[test]
fn what_is_different_is_told_with_old_and_new() {
    let row = AS_HELD
        .replace("高唐市场监督管理所", "巫峡市场监督管理所")
        .replace("李建国", "李建军")
        .replace("综合", "市场监管");
    let row =
        row.replace("2027-02-28", "2032-02-28").replace("500237,", "高唐街道,").replace("执法人员", "执法辅助人员");
    let told = [
        ("name", "李建国", "李建军"),
        ("agency", "县局高唐市场监督管理所", "县局巫峡市场监督管理所"),
        ("kind", "执法人员", "执法辅助人员"),
        ("category", "综合", "市场监管"),
        ("region", "500237", "500237001"),
        ("valid until", "2027-02-28", "2032-02-28"),
    ];
    assert_eq!(changes(&row), told.map(|(what, old, new)| (what.to_owned(), old.to_owned(), new.to_owned())));
}

#[test]
fn a_person_is_known_by_either_number_and_gains_the_other() {
    let gained = changes("陈晓梅,巫1,,110101199003070003,1002,综合,,2022-03-01,2027-02-28");
    assert_eq!(gained, [("citizen number".to_owned(), String::new(), "110***********0003".to_owned())]);
    let gained = changes("周志强,巫1,,,1003,综合,,2022-03-01,2027-02-28");
    assert_eq!(gained, [("certificate".to_owned(), String::new(), "1003".to_owned())]);
    let second = changes("李建国,巫1,,11010519491231002X,1009,综合,,2022-03-01,2027-02-28");
    assert_eq!(second, [("certificate".to_owned(), String::new(), "1009".to_owned())]);
}

#[test]
fn what_fits_two_people_or_nobody_for_certain_is_refused() {
    for (row, words) in [
        (
            "陈晓梅,巫1,,11010519491231002X,1002,综合,,2022-03-01,2027-02-28",
            "证号在册属于陈晓梅，公民身份号码在册属于李建国",
        ),
        ("李建国,巫1,,110101199003070003,1001,综合,,2022-03-01,2027-02-28", "其公民身份号码与此不同"),
        ("李建军,巫1,,,1001,综合,,2022-03-01,2027-02-28", "证号在册属于李建国"),
        ("陈晓梅,巫1,,,1099,综合,,2022-03-01,2027-02-28", "不能确定是否同一人"),
        ("王芳,巫1,,,,,,,", "不能确定是否同一人"),
        ("李建国,巫2,,,,,,,", "不能确定是否同一人"),
        ("吴离岗,巫1,,,,,,,", "在册为已离岗"),
        ("新人,市场监督管理所,,,,,,,", "可以是几个单位：县局高唐市场监督管理所、县局巫峡市场监督管理所"),
        ("新人,监管所,,,,,,,", "请先登记这个单位"),
        ("新人,高唐市场监督管理所一组,,,,,,,", "请先登记这个单位"),
        ("新人,县局高唐市场,,,,,,,", "名称相近的有：县局高唐市场监督管理所"),
        ("新人,交通局,,,,,,,", "请先登记这个单位"),
        ("新人,旧所,,,,,,,", "已停用"),
        ("新人,巫1,,,1003,综合,火星,2022-03-01,2027-02-28", "不认识执法区域“火星”"),
    ] {
        let zh = refusal(row);
        assert!(zh.contains(words), "{row}: {zh}");
    }
}

#[test]
fn a_new_person_is_new_and_namesakes_with_numbers_of_their_own_are_two() {
    assert_eq!(outcome("新人,巫1,,,,,,,"), Outcome::New);
    assert_eq!(outcome("李建国,巫1,,110101199003070003,,,,,"), Outcome::New, "another citizen number");
    assert_eq!(outcome("李建国,巫2,,,1050,综合,,2022-03-01,2027-02-28"), Outcome::New, "elsewhere, with a certificate");
    let both = compared("新人,巫1,,,1051,综合,,2022-3-1,2027-2-28\n新人,巫1,,,1052,综合,,2022-3-1,2027-2-28");
    assert_eq!(both.report.totals(), Totals { new: 2, changed: 0, unchanged: 0, refused: 0 });
}

#[test]
fn the_same_person_twice_is_refused_at_the_second_row() {
    for rows in [
        format!("{AS_HELD}\n{AS_HELD}"),
        "新人,巫1,,,,,,,\n新人,巫1,,,,,,,".to_owned(),
        "新人,巫1,,110101199003070003,,,,,\n新人,巫2,,110101199003070003,,,,,".to_owned(),
        "新人,巫1,,,1050,综合,,2022-3-1,2027-2-28\n旧人,巫1,,,1050,综合,,2022-3-1,2027-2-28".to_owned(),
        "周志强,巫1,,,,,,,\n周志强,巫1,,,,,,,".to_owned(),
        // Two certificates of one person, and two agencies.
        format!("{AS_HELD}\n李建国,巫2,,11010519491231002X,1009,综合,,2022-03-01,2027-02-28"),
    ] {
        let lines = compared(&rows).report.lines;
        assert!(!matches!(lines[0].outcome, Outcome::Refused(_)), "{rows}");
        let Outcome::Refused(wrong) = &lines[1].outcome else { panic!("{rows}: {:?}", lines[1]) };
        assert!(wrong[0].zh.contains("与 2 行是同一人") && wrong[0].place.to_string() == "3", "{wrong:?}");
    }
    let two = compared(&format!("{AS_HELD}\n李建国,巫1,,11010519491231002X,1009,综合,,2022-03-01,2027-02-28"));
    assert_eq!(
        two.report.totals(),
        Totals { new: 0, changed: 1, unchanged: 1, refused: 0 },
        "two certificates of one person are two rows"
    );
}

/// What the certificate is worth at an instant, once the plan is written.
fn after(row: &str, number: &str, at: Instant) -> CertificateState {
    let planned = compared(row).planned.remove(0).certificate.unwrap();
    let (old, mut history) = held().certificates.into_iter().find(|(row, _)| row.number == number).unwrap();
    history.extend(planned.history);
    status_at(&CertificateRow { valid_until: planned.written.until.to_string(), ..old }, &history, at)
}

#[test]
fn a_renewal_goes_on_from_the_old_end_and_a_reissue_from_its_own_day() {
    let in_2030 = Instant::start_of(Date::constant(2030, 1, 1));
    assert_eq!(after(&AS_HELD.replace("2027-02-28", "2032-02-28"), "1001", in_2030), CertificateState::Valid);
    let reissued = AS_HELD.replace("2022-03-01,2027-02-28", "2028-01-01,2032-12-31");
    assert_eq!(after(&reissued, "1001", in_2030), CertificateState::Valid);
    let [planned] = compared(&reissued).planned.try_into().unwrap();
    let [between, reissued_from] = planned.certificate.unwrap().history.try_into().unwrap();
    assert_eq!(reissued_from.from, Instant::start_of(Date::constant(2028, 1, 1)));
    assert_eq!((between.status, between.until), (CertificateStatus::Expired, Some(reissued_from.from)));
    let between_the_terms = Instant::start_of(Date::constant(2027, 12, 31));
    assert_eq!(after(&reissued, "1001", between_the_terms), CertificateState::Expired, "not lawful afterwards");
}

#[test]
fn a_roster_lifts_no_suspension() {
    let row = "陈晓梅,巫1,,,1002,综合,,2022-03-01,2032-02-28";
    assert_eq!(after(row, "1002", Instant::start_of(Date::constant(2030, 1, 1))), CertificateState::Suspended);
}

#[test]
fn somebody_beyond_the_reach_is_neither_matched_nor_named_and_their_numbers_are_not_given_twice() {
    let mut held = held();
    held.agencies.push(agency(3, "巫山县农业农村委员会"));
    held.officers.push(officer(7, 3, "何静"));
    held.identities.insert(OfficerId::new([7; 16]), "110101199003070003".to_owned());
    held.certificates.push(certificate("22370002001", 7, CertificateStatus::Valid));
    let within = held.clone().within("1/");
    let outcome = |held: &Held, row: &str| {
        let book = table::read(format!("{HEAD}\n{row}\n").as_bytes()).unwrap();
        let comparison = compare(held, &roster::read(&book), NOW);
        comparison.report.lines[0].outcome.clone()
    };
    let station = agency(1, "").path;
    assert_eq!(station, "1/");
    let here = &held.agencies.iter().find(|agency| agency.path == station).unwrap().name;
    // Of everybody in reach, the number leads to them; beyond the reach it leads to nobody.
    let moved = outcome(&held, &format!("何静,{here},,110101199003070003,,,,,"));
    assert!(matches!(moved, Outcome::Changed(_)), "{moved:?}");
    for (row, cell) in [
        (format!("何静,{here},,110101199003070003,,,,,"), "D2"),
        (format!("何静,{here},,,22370002001,综合,,2022-3-1,2027-2-28"), "E2"),
        ("何静,巫山县农业农村委员会,,,,,,,".to_owned(), "B2"),
    ] {
        let Outcome::Refused(wrong) = outcome(&within, &row) else { panic!("{row}") };
        assert_eq!(wrong[0].place.to_string(), cell);
        let said = wrong[0].zh.clone() + &wrong[0].en;
        assert!(!said.contains("何静") && (cell == "B2" || !said.contains("农业")), "{said}");
    }
    assert_eq!(outcome(&within, &format!("何静,{here},,,,,,,")), Outcome::New, "a namesake beyond the reach");
    let whole = held.clone().within("");
    assert_eq!((whole.officers.len(), whole.agencies.len()), (held.officers.len(), held.agencies.len()));
    assert!(whole.citizens_elsewhere.is_empty() && whole.certificates_elsewhere.is_empty());
}
