//! Export of the list: typed text stays text in every format; reach and audit apply.

use std::io::Cursor;

use calamine::{Data, Reader as _, Xlsx};
use sync_core::change::NewOp;
use sync_core::op::OpRef;
use sync_core::value::Value;
use tests::actor::add;
use tests::desk::{Desk, encoded};
use tests::http::Answer;
use tests::{Person, Phone, Server, on_both_databases};

const HOSTILE: [&str; 12] = [
    "=HYPERLINK(\"http://x\",\"y\")",
    "+cmd|' /C calc'!A0",
    "-1+1",
    "@x",
    "\t=1",
    "\r=1",
    "＝1+1",
    "＋1",
    "－1",
    "＠x",
    " =1",
    "甲,\"乙\"",
];

/// A case with this party and title, and a fine of 3000.01 yuan.
fn case(server: &Server, login: &str, names: &[&str]) {
    let mut phone = Phone::of(server, login);
    for name in names {
        let opening = phone.open_case(&[]);
        let ops = vec![
            add("party"),
            NewOp::put(Some(OpRef::Own(0)), "name", vec![], Value::text(*name)),
            NewOp::put(Some(OpRef::Own(0)), "citizen_number", vec![], Value::text("500237199001011234")),
            add("document"),
            NewOp::put(Some(OpRef::Own(3)), "fine_fen", vec![], Value::Int(300_001)),
            NewOp::put(None, "title", vec![], Value::text(*name)),
        ];
        let body = phone.save(Some(opening.id()), &[opening.id()], ops);
        phone.push(&[&opening, &body]);
    }
}

/// The rows of a CSV file, as a program reads them.
fn of_csv(answer: &Answer) -> Vec<Vec<String>> {
    assert!(answer.header("content-type").starts_with("text/csv"), "{answer:?}");
    assert!(answer.header("content-disposition").starts_with("attachment; filename=\"cases-"));
    let text = answer.text();
    let body = text.strip_prefix('\u{feff}').unwrap();
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(body.as_bytes());
    reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

/// The rows of an XLSX file, as a program reads them; no cell is a formula.
fn of_xlsx(answer: &Answer) -> Vec<Vec<String>> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(answer.body.clone())).unwrap();
    let name = book.sheet_names()[0].clone();
    assert_eq!(book.worksheet_formula(&name).unwrap().used_cells().count(), 0);
    let text = |cell: &Data| cell.to_string();
    book.worksheet_range(&name).unwrap().rows().map(|row| row.iter().map(text).collect()).collect()
}

fn column(rows: &[Vec<String>], title: &str) -> Vec<String> {
    let at = rows[0].iter().position(|shown| shown.contains(title)).unwrap();
    let mut texts: Vec<String> = rows[1..].iter().map(|row| row[at].clone()).collect();
    texts.sort();
    texts
}

on_both_databases! {
    fn what_people_wrote_is_a_text_in_every_form_and_never_a_formula(server) {
        case(server, "officer-a", &HOSTILE);
        let head = Person::sign_in(server, "unit-head");
        let mut wanted: Vec<String> =
            HOSTILE.iter().map(|name| if name.starts_with('甲') { (*name).to_owned() } else { format!("'{name}") }).collect();
        wanted.sort();
        let csv = head.call("GET", "/v1/cases/export?format=csv").send().expect(200);
        let xlsx = head.call("GET", "/v1/cases/export?format=xlsx").send().expect(200);
        let raw = csv.text();
        assert!(raw.contains("\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"") && raw.contains("\"甲,\"\"乙\"\"\""), "{raw}");
        assert_eq!(raw.matches("\"\r\n").count(), HOSTILE.len() + 1, "RFC 4180 ends lines by CRLF");
        for rows in [of_csv(&csv), of_xlsx(&xlsx)] {
            assert_eq!(column(&rows, "Party"), wanted);
            assert_eq!(column(&rows, "Title"), wanted);
            assert!(column(&rows, "Fine").iter().all(|fine| fine == "3000.01"), "{rows:?}");
            assert!(column(&rows, "Status").iter().all(|status| status == "办理中"));
            assert!(!rows.iter().flatten().any(|text| text.contains("500237199001011234")));
        }
    }

    fn the_spreadsheet_reckons_with_the_fine_and_knows_when(server) {
        case(server, "officer-a", &["巫峡面馆"]);
        let head = Person::sign_in(server, "unit-head");
        let csv = of_csv(&head.call("GET", "/v1/cases/export?format=csv").send().expect(200));
        let xlsx = head.call("GET", "/v1/cases/export?format=xlsx").send().expect(200);
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(xlsx.body.clone())).unwrap();
        let sheet = book.worksheet_range_at(0).unwrap().unwrap();
        let cell = |title: &str| {
            let at = csv[0].iter().position(|shown| shown.contains(title)).unwrap();
            (sheet.get((1, at)).unwrap().clone(), csv[1][at].clone())
        };
        assert_eq!(cell("Fine"), (Data::Float(3_000.01), "3000.01".to_owned()));
        for title in ["Opened", "Last change"] {
            let (Data::DateTime(at), said) = cell(title) else { panic!("{title} is a time") };
            let (year, month, day, hour, minute, ..) = at.to_ymd_hms_milli();
            assert_eq!(format!("{year}-{month:02}-{day:02} {hour:02}:{minute:02}"), said, "{title}");
        }
    }

    fn an_export_reaches_as_far_as_the_list_and_searches_like_it(server) {
        case(server, "officer-a", &["巫峡面馆", "巫峡药店"]);
        case(server, "agriculture-officer", &["巫峡种子店"]);
        let export = |login: &str, query: &str| {
            Person::sign_in(server, login).call("GET", &format!("/v1/cases/export?format=csv{query}")).send()
        };
        let parties = |login: &str, query: &str| column(&of_csv(&export(login, query).expect(200)), "Party");
        assert_eq!(parties("unit-head", ""), ["巫峡药店", "巫峡面馆"]);
        assert_eq!(parties("unit-head", &format!("&text={}", encoded("面馆"))), ["巫峡面馆"]);
        assert_eq!(parties("unit-head", "&status=closed"), [""; 0]);
        assert_eq!(parties("agriculture-officer", &format!("&text={}", encoded("巫峡"))), ["巫峡种子店"]);
        assert_eq!(parties("county-supervisor", &format!("&purpose={}", encoded("专项监督"))).len(), 3);
        assert_eq!(export("county-supervisor", "").refusal(), (400, "purpose_required".to_owned()));
        assert_eq!(export("county-admin", "").refusal().0, 403);
        let head = Person::sign_in(server, "unit-head");
        for wrong in ["/v1/cases/export?format=pdf", "/v1/cases/export", "/v1/cases/export?format=csv&limit=5"] {
            assert_eq!(head.call("GET", wrong).send().status, 400, "{wrong}");
        }
        assert_eq!(server.call("GET", "/v1/cases/export?format=csv").send().status, 401);
    }

    fn the_page_of_cases_offers_what_it_shows_as_a_file(server) {
        case(server, "officer-a", &["巫峡面馆", "=1+1"]);
        let desk = Desk::of(server, "unit-head");
        let query = format!("text={}&", encoded("面馆"));
        let page = desk.call("GET", &format!("/console/cases?{query}")).send().expect(200).text();
        let at = page.find("/console/cases/export/csv?").unwrap();
        let link: String = page[at..].chars().take_while(|c| *c != '"').collect();
        let file = desk.call("GET", &link.replace("&#38;", "&").replace("&amp;", "&")).send().expect(200);
        assert_eq!(column(&of_csv(&file), "Party"), ["巫峡面馆"]);
        let all = desk.call("GET", "/console/cases/export/xlsx").send().expect(200);
        assert_eq!(column(&of_xlsx(&all), "Party"), ["'=1+1", "巫峡面馆"]);
        let supervisor = Desk::of(server, "county-supervisor");
        let page = supervisor.call("GET", "/console/cases").send().expect(200).text();
        assert!(!page.contains("/console/cases/export/"), "without a purpose there is nothing to take");
    }
}
