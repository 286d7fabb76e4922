//! Spreadsheets in both directions: bombs that are sent in, formulas that would go out (SECURITY checks 30 and 33).

use std::io::{Cursor, Write as _};
use std::time::{Duration, Instant};

use calamine::{Data, Reader as _, Xlsx};
use tests::desk::Desk;
use tests::{Person, on_both_databases};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::rosters::{STATION, roster};

const SHEET: &str = "xl/worksheets/sheet1.xml";

fn archive(fill: impl FnOnce(&mut ZipWriter<Cursor<Vec<u8>>>)) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    fill(&mut writer);
    writer.finish().unwrap().into_inner()
}

fn options() -> SimpleFileOptions {
    SimpleFileOptions::default()
}

/// A workbook of one sheet with this content.
fn workbook(sheet: &str) -> Vec<u8> {
    let parts = [
        (
            "[Content_Types].xml",
            "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" \
             ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/></Types>",
        ),
        (
            "xl/workbook.xml",
            "<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" \
             xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets>\
             <sheet name=\"a\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>",
        ),
        (
            "xl/_rels/workbook.xml.rels",
            "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship \
             Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" \
             Target=\"worksheets/sheet1.xml\"/></Relationships>",
        ),
        (SHEET, sheet),
    ];
    archive(|writer| {
        for (name, text) in parts {
            writer.start_file(name, options()).unwrap();
            writer.write_all(text.as_bytes()).unwrap();
        }
    })
}

fn sheet(head: &str, dimension: &str, cell: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?>{head}<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">\
         <dimension ref=\"{dimension}\"/><sheetData><row r=\"1\">{cell}</row></sheetData></worksheet>"
    )
}

/// Name and bytes of files that would take the memory, the time or the disk of a program that opens them.
fn bombs() -> Vec<(&'static str, Vec<u8>)> {
    let text = |place: &str, text: &str| format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>{text}</t></is></c>");
    let lol: Vec<String> =
        (1..10).map(|level| format!("<!ENTITY l{level} \"{}\">", format!("&l{};", level - 1).repeat(10))).collect();
    let lol = lol.concat();
    let laughs = format!("<!DOCTYPE x [<!ENTITY l0 \"{}\">{lol}]>", "ha".repeat(10));
    vec![
        (
            "half a gibibyte of zeros",
            archive(|writer| {
                writer.start_file(SHEET, options()).unwrap();
                let zeros = vec![0; 1 << 20];
                (0..513).for_each(|_| writer.write_all(&zeros).unwrap());
            }),
        ),
        (
            "a thousand and one entries",
            archive(|writer| {
                (0..=1000).for_each(|number| writer.start_file(format!("xl/{number}"), options()).unwrap());
            }),
        ),
        (
            "a way out of the archive",
            archive(|writer| writer.start_file("xl/../../../etc/cron.d/x", options()).unwrap()),
        ),
        ("an absolute path", archive(|writer| writer.start_file("/etc/cron.d/x", options()).unwrap())),
        ("a link", archive(|writer| writer.add_symlink("xl/x", "/etc/passwd", options()).unwrap())),
        (
            "an archive in an archive",
            archive(|writer| {
                let inner = archive(|writer| writer.start_file("xl/workbook.xml", options()).unwrap());
                writer.start_file("xl/workbook.xml", options()).unwrap();
                writer.write_all(&inner).unwrap();
            }),
        ),
        ("entities that grow", workbook(&sheet(&laughs, "A1", &text("A1", "&l9;")))),
        ("a file of the machine as an entity", {
            let outside = "<!DOCTYPE x [<!ENTITY file SYSTEM \"file:///etc/passwd\">]>";
            workbook(&sheet(outside, "A1", &text("A1", "&file;")))
        }),
        ("the last cell of a sheet", workbook(&sheet("", "A1:XFD1048576", &text("XFD1048576", "x")))),
        ("a sheet that says it is full", workbook(&sheet("", "A1:XFD1048576", &text("A1", "x")))),
        ("one merged region over the whole sheet", {
            let merged = "<mergeCells count=\"1\"><mergeCell ref=\"A1:IV1048576\"/></mergeCells></worksheet>";
            workbook(&sheet("", "A1", &text("A1", "x")).replace("</worksheet>", merged))
        }),
    ]
}

on_both_databases! {
    fn check_30_a_spreadsheet_bomb_is_refused_through_the_api_and_the_console(server) {
        let clerk = Person::sign_in(server, "agency-admin");
        let mut desk = Desk::of(server, "agency-admin");
        let csrf = desk.csrf();
        for (what, file) in bombs() {
            assert!(file.len() < 4 << 20, "{what}: {}", file.len());
            let began = Instant::now();
            let checked = clerk.call("POST", "/v1/register/check").bytes("application/octet-stream", file.clone()).send();
            let report = checked.expect(200).json();
            assert!(report["importable"] == false && report["lines"].as_array().unwrap().is_empty(), "{what}: {report}");
            let said = report["faults"][0]["zh"].as_str().unwrap_or_default().to_owned();
            assert!(!said.is_empty() && !said.contains("root:"), "{what}: {report}");
            let import = clerk.call("POST", "/v1/register/import?reason=x").bytes("application/octet-stream", file.clone());
            let refused = import.header("If-Match", "*").header("Idempotency-Key", "k").send().refusal();
            assert_eq!(refused, (422, "roster_refused".into()), "{what}");
            let _ = desk.send_file("/console/register/file", &[("csrf", &csrf)], ("a.xlsx", &file)).expect(303);
            let page = desk.get("/console/register").expect(200).text();
            assert!(page.contains("这个文件还不能导入") && !page.contains("/console/register/import"), "{what}: {page}");
            assert!(began.elapsed() < Duration::from_secs(40), "{what}: {:?}", began.elapsed());
            let _ = server.call("GET", "/readyz").send().expect(200);
        }
        assert!(!std::path::Path::new("/etc/cron.d/x").exists());
    }

    fn check_33_no_export_of_the_register_has_a_formula_that_runs(server) {
        let hostile = ["=HYPERLINK(\"http://x.example\")", "+1+cmd|' /C calc'!A0", "-1+1", "@SUM(A1)", "＝1+1", "＠x", "'=1"];
        let rows: Vec<String> = hostile
            .iter()
            .enumerate()
            .map(|(number, name)| {
                format!("\"{}\",{STATION},,+{number}-1,\"{}\",2024-5-6,2094-5-5", name.replace('"', "\"\""), name.replace('"', "\"\""))
            })
            .collect();
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        let clerk = Person::sign_in(server, "agency-admin");
        let file = roster(&rows);
        let import = clerk.call("POST", "/v1/register/import?reason=x").bytes("text/csv", file);
        let done = import.header("If-Match", "*").header("Idempotency-Key", "k").send().expect(200).json();
        assert_eq!(done["totals"]["new"], hostile.len(), "{done}");
        let runs = |text: &str| {
            let first = text.trim_start_matches(|c: char| c.is_whitespace()).chars().next();
            text.starts_with(['\t', '\r', '\n']) || first.is_some_and(|c| "=+-@＝＋－＠−".contains(c))
        };
        let mut desk = Desk::of(server, "agency-admin");
        for format in ["csv", "xlsx"] {
            let path = format!("/v1/register/export?format={format}");
            let by_api = clerk.call("GET", &path).send().expect(200);
            let by_page = desk.get(&format!("/console/register/export/{format}")).expect(200);
            for answer in [by_api, by_page] {
                assert!(answer.header("content-disposition").starts_with("attachment; filename=\"roster-"));
                let cells: Vec<String> = if format == "csv" {
                    assert!(answer.body.starts_with("\u{feff}".as_bytes()));
                    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(&answer.body[3..]);
                    reader.records().flat_map(|row| row.unwrap().iter().map(str::to_owned).collect::<Vec<_>>()).collect()
                } else {
                    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(answer.body.clone())).unwrap();
                    let formulas = book.worksheet_formula("执法人员").unwrap();
                    assert!(formulas.used_cells().next().is_none(), "no formula");
                    let range = book.worksheet_range("执法人员").unwrap();
                    let text = |cell: &Data| {
                        if let Data::String(text) = cell {
                            return text.clone();
                        }
                        assert_eq!(*cell, Data::Empty, "a text or nothing");
                        String::new()
                    };
                    range.rows().flat_map(|row| row.iter().map(text).collect::<Vec<_>>()).collect()
                };
                assert!(cells.iter().any(|cell| cell.contains("HYPERLINK")), "{format}");
                assert!(!cells.iter().any(|cell| runs(cell)), "{format}: {cells:?}");
                // What was exported is imported as it was.
                let back = clerk.call("POST", "/v1/register/check").bytes("application/octet-stream", answer.body.clone());
                let totals = back.send().expect(200).json()["totals"].clone();
                assert_eq!((&totals["new"], &totals["changed"], &totals["refused"]), (&0.into(), &0.into(), &0.into()), "{format}");
            }
        }
    }
}
