use super::*;

const HEAD: &str = "姓名,工作单位,人员类别,身份证号,行政执法证号,执法类别,执法区域,发证日期,有效期至";

/// What a roster with these rows under the usual headings says, each as its entry or its faults: place and Chinese.
fn said(rows: &str) -> Vec<Result<Entry, Vec<(String, String)>>> {
    let roster = read(&table::read(format!("{HEAD}\n{rows}\n").as_bytes()).unwrap());
    assert_eq!(roster.wrong, []);
    let faults = |wrong: Vec<Wrong>| wrong.into_iter().map(|wrong| (wrong.place.to_string(), wrong.zh)).collect();
    roster.rows.into_iter().map(|row| row.entry.map_err(faults)).collect()
}

/// What the only row says.
fn one(row: &str) -> Result<Entry, Vec<(String, String)>> {
    let mut rows = said(row);
    assert_eq!(rows.len(), 1, "{row}");
    rows.remove(0)
}

fn entry(row: &str) -> Entry {
    one(row).unwrap_or_else(|faults| panic!("{row}: {faults:?}"))
}

/// The only fault of a row.
fn fault(row: &str) -> (String, String) {
    let mut faults = one(row).expect_err(row);
    assert_eq!(faults.len(), 1, "{row}: {faults:?}");
    faults.remove(0)
}

#[test]
fn a_row_is_read_with_all_that_it_says() {
    let read = entry(
        "李 建国,高唐所,执法人员,110105194912310 02x,２２３７０００１００１,综合执法,500237,2022.3.1,2027年2月28日",
    );
    assert_eq!((read.name.as_str(), read.agency.as_str(), read.helper), ("李建国", "高唐所", Some(false)));
    assert_eq!(read.citizen_number.as_deref(), Some("11010519491231002X"));
    let certificate = read.certificate.unwrap();
    assert_eq!((certificate.number.as_str(), certificate.region.as_deref()), ("22370001001", Some("500237")));
    assert_eq!((certificate.issued, certificate.until), (Date::constant(2022, 3, 1), Date::constant(2027, 2, 28)));
    let bare = entry("李建国,高唐所,,,,,,,");
    assert_eq!((bare.helper, bare.citizen_number, bare.certificate), (None, None, None));
}

#[test]
fn a_span_of_validity_is_its_last_day() {
    for until in
        ["2022.3.1-2027.2.28", "2022年3月1日至2027年2月28日", "2022-03-01 至 2027-02-28", "2022/3/1～2027/2/28"]
    {
        let read = entry(&format!("李建国,高唐所,,,1,综合,,2022-3-1,{until}"));
        assert_eq!(read.certificate.unwrap().until, Date::constant(2027, 2, 28), "{until}");
    }
}

#[test]
fn helpers_are_told_from_those_who_enforce() {
    for (said, helper) in
        [("执法辅助人员", true), ("协管员", true), ("行政辅助", true), ("行政编制", false), ("在编", false)]
    {
        assert_eq!(entry(&format!("李建国,高唐所,{said},,,,,,")).helper, Some(helper), "{said}");
    }
    assert_eq!(fault("李建国,高唐所,其他,,,,,,").0, "C2");
}

#[test]
fn an_old_citizen_number_is_the_new_one_with_its_century_and_check_character() {
    assert_eq!(entry("李建国,高唐所,,110105491231002,,,,,").citizen_number.as_deref(), Some("11010519491231002X"));
    let (place, zh) = fault("李建国,高唐所,,110105491331002,,,,,");
    assert!(place == "D2" && zh.contains("出生日期不存在"), "{zh}");
}

#[test]
fn each_fault_is_told_with_its_cell_and_what_to_do() {
    let certificate = "综合,,2022-3-1,2027-2-28";
    for (row, place, words) in [
        (format!(",高唐所,,,1,{certificate}"), "A2", "“姓名”空白，请填写"),
        (format!("李?,高唐所,,,1,{certificate}"), "A2", "字符丢失"),
        (format!("李\u{e863},高唐所,,,1,{certificate}"), "A2", "自造字（U+E863）"),
        (format!("{},高唐所,,,1,{certificate}", "长".repeat(LONGEST + 1)), "A2", "超过 50 个字"),
        (format!("李建国,,,,1,{certificate}"), "B2", "“工作单位”空白"),
        (format!("李建国,高唐所,,5.00237E+17,1,{certificate}"), "D2", "末尾数字已丢失"),
        (format!("李建国,高唐所,,110105194912310021,1,{certificate}"), "D2", "校验码错误"),
        (format!("李建国,高唐所,,1101051949123100,1,{certificate}"), "D2", "应为18位"),
        (format!("李建国,高唐所,,,2.2370E+10,{certificate}"), "E2", "“行政执法证号”"),
        ("李建国,高唐所,,,,,,2022-3-1,2027-2-28".to_owned(), "E2", "却没有证号"),
        ("李建国,高唐所,,,1,,,2022-3-1,2027-2-28".to_owned(), "F2", "没有“执法类别”"),
        ("李建国,高唐所,,,1,综合,,,2027-2-28".to_owned(), "H2", "没有“发证日期”"),
        ("李建国,高唐所,,,1,综合,,2022-3-1,".to_owned(), "I2", "没有“有效期至”"),
        ("李建国,高唐所,,,1,综合,,2022-2-30,2027-2-28".to_owned(), "H2", "不是日期"),
        ("李建国,高唐所,,,1,综合,,3/1/2022,2027-2-28".to_owned(), "H2", "可能是两个不同的日期"),
        ("李建国,高唐所,,,1,综合,,2022-3-1,长期".to_owned(), "I2", "不是日期"),
        ("李建国,高唐所,,,1,综合,,2022-3-1,2022-2-28".to_owned(), "I2", "早于发证日期"),
        ("李建国,高唐所,,,1,综合,,2022 / 3 / 一,2027-2-28".to_owned(), "H2", "“发证日期”“2022 / 3 / 一”不是日期"),
    ] {
        let (at, zh) = fault(&row);
        assert!(at == place && zh.contains(words), "{row}: {at} {zh}");
    }
    assert!(entry("李建国,高唐所,,,1,综合,,2022-3-1,2022-3-1").certificate.is_some(), "a certificate of one day");
    let name = "长".repeat(LONGEST);
    assert_eq!(entry(&format!("{name},高唐所,,,,,,,")).name, name);
}

#[test]
fn all_faults_of_a_row_are_told_at_once() {
    let faults = one(",,其他,1,1,,,x,y").unwrap_err();
    let places: Vec<String> = faults.into_iter().map(|(place, _)| place).collect();
    assert_eq!(places, ["A2", "B2", "C2", "D2", "H2", "I2", "F2"]);
}

#[test]
fn rows_that_say_nothing_are_noted_and_the_rest_is_read() {
    let text = "巫山县行政执法人员花名册\n\n序号,姓名,工作单位,备注\n1,李建国,高唐所,\n2,陈晓梅,同上,\n,,,\n,,,填表人：张三\n,姓名,工作单位,\n3,周志强,〃,x\n";
    let roster = read(&table::read(text.as_bytes()).unwrap());
    let agencies: Vec<_> = roster.rows.iter().map(|row| row.entry.clone().unwrap().agency).collect();
    assert_eq!((agencies, roster.wrong.len()), (vec!["高唐所".to_owned(); 3], 0));
    let notes: Vec<_> = roster.notes.iter().map(|note| (note.place.to_string(), note.zh.as_str())).collect();
    assert_eq!(notes.len(), 4, "{notes:?}");
    assert_eq!(
        (notes[0].0.as_str(), notes[1].0.as_str(), notes[2].0.as_str(), notes[3].0.as_str()),
        ("A3", "D3", "7", "8")
    );
}

#[test]
fn a_file_without_headings_or_with_one_twice_is_wrong_as_a_whole() {
    let wrong = |text: &str| {
        read(&table::read(text.as_bytes()).unwrap()).wrong.into_iter().map(|wrong| wrong.zh).collect::<Vec<_>>()
    };
    assert!(wrong("李建国,高唐所\n")[0].contains("没有找到花名册的表头"));
    assert!(wrong("姓名,证号\n李建国,1\n")[0].contains("缺少“工作单位”列"));
    assert!(wrong("姓名,工作单位,所属单位\n李建国,a,b\n")[0].contains("与前面的一列含义相同"));
}
