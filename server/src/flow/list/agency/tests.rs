use super::*;
use crate::flow::sheet::report::Totals;

fn held() -> Vec<AgencyRow> {
    let agency = |id: u8, parent: Option<u8>, name: &str, kind| {
        let id_of = |id: u8| AgencyId::new([id; 16]);
        let path = match parent {
            Some(above) if above != 1 => format!("{}/{}/{}/", id_of(1), id_of(above), id_of(id)),
            Some(above) => format!("{}/{}/", id_of(above), id_of(id)),
            None => format!("{}/", id_of(id)),
        };
        AgencyRow {
            id: id_of(id),
            parent: parent.map(id_of),
            path,
            name: name.into(),
            short_name: format!("简{id}"),
            kind,
            sector: "other".into(),
            acts_for: None,
            reconsideration: None,
            active: true,
        }
    };
    vec![
        agency(1, None, "某县人民政府", AgencyKind::Government),
        agency(2, Some(1), "某县城管局", AgencyKind::Department),
        agency(3, Some(2), "某县城管局一所（东）", AgencyKind::Station),
        agency(4, Some(1), "某县市场监管局", AgencyKind::Department),
    ]
}

fn compared(rows: &str) -> (Vec<String>, Vec<(AgencyRow, bool)>) {
    let file = format!("名称,简称,上级,类别,领域,以谁的名义,复议机关\n{rows}");
    let (report, writes) = compare(&held(), read(file.as_bytes())).unwrap();
    let told = |line: Line| match line.outcome {
        Outcome::New => "new".to_owned(),
        Outcome::Unchanged => "same".to_owned(),
        Outcome::Changed(differences) => {
            let all = differences.iter().map(|one| format!("{}:{}>{}", one.zh, one.old, one.new));
            all.collect::<Vec<_>>().join(" ")
        }
        Outcome::Refused(wrong) => format!("{} {}", wrong[0].place, wrong[0].zh),
    };
    (report.lines.into_iter().map(told).collect(), writes)
}

#[test]
fn a_parent_may_come_after_its_children_and_be_named_short() {
    let (told, writes) =
        compared("甲所,甲所,甲局,派出机构,市场监管,甲局,某县人民政府\n甲局,甲,简1,部门,市场,,某县人民政府\n");
    assert_eq!(told, ["new", "new"]);
    let [(bureau, _), (station, true)] = writes.as_slice() else { panic!("{writes:?}") };
    assert_eq!((bureau.name.as_str(), station.name.as_str()), ("甲局", "甲所"));
    assert_eq!(station.path, format!("{}{}/", bureau.path, station.id));
    assert_eq!((station.parent, station.acts_for), (Some(bureau.id), Some(bureau.id)));
    assert_eq!(station.sector, "market");
}

#[test]
fn an_agency_that_moves_takes_its_subtree_along() {
    let (told, writes) = compared("某县城管局,简2,某县市场监管局,部门,,,\n");
    assert_eq!(told, ["上级:某县人民政府>某县市场监管局"]);
    let paths: Vec<(&str, usize)> =
        writes.iter().map(|(row, _)| (row.name.as_str(), row.path.matches('/').count())).collect();
    assert_eq!(paths, [("某县城管局", 3), ("某县城管局一所（东）", 4)]);
    assert!(writes.iter().all(|(_, is_new)| !is_new));
}

#[test]
fn what_is_there_already_is_unchanged_however_its_brackets_are_written() {
    let (told, writes) = compared("某县 城管局一所(东),简3,某县城管局,派出机构,其他,无,\n");
    assert_eq!((told, writes.len()), (vec!["same".to_owned()], 0));
}

#[test]
fn faults_are_told_with_their_cell_and_nothing_is_written() {
    for (rows, said) in [
        ("甲局,甲,乙局,部门,,,\n乙局,乙,甲局,部门,,,", "C2 上级绕成了一圈"),
        ("某县人民政府,简1,某县城管局,人民政府,,,", "C2 上级绕成了一圈"),
        ("甲局,甲,没有的局,部门,,,", "C2 没有名为“没有的局”"),
        ("甲局,甲,,部门,,,", "C2 上级空白：只有最高一级可以空白，而那是“某县人民政府”"),
        ("甲局,甲,简1,公司,,,", "D2 不认识类别“公司”"),
        ("甲局,甲,简1,部门,天文,,", "E2 不认识领域"),
        ("甲局,,简1,部门,,,", "B2 新单位缺少“简称”"),
        ("甲局,甲,简1,部门,,甲局,", "F2 以自己的名义"),
        ("甲局,甲,简1,部门,,,某市人民政府", "G2 没有名为"),
        ("某县市场监管局,简2,简1,部门,,,\n乙所,乙,简2,派出机构,,,", "C3 “简2”可以是几个单位"),
    ] {
        let (told, writes) = compared(rows);
        assert!(told.iter().any(|told| told.starts_with(said)), "{said}: {told:?}");
        assert!(writes.is_empty(), "{rows}");
    }
    let (told, _) = compared("甲局,甲,简1,部门,,,\n甲 局,乙,简1,部门,,,");
    assert_eq!(told[0], "new");
    assert!(told[1].starts_with("A3 与 2 行同名"), "{told:?}");
}

#[test]
fn a_column_that_the_file_does_not_have_keeps_what_is_held() {
    let file = "名称,类别\n某县城管局,部门\n";
    let (report, writes) = compare(&held(), read(file.as_bytes())).unwrap();
    assert_eq!((report.totals(), writes.len()), (Totals { new: 0, changed: 0, unchanged: 1, refused: 0 }, 0));
}
