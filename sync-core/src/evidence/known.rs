//! Known media types of evidence.
//!
//! Promise: no row is a type that a browser executes: HTML, SVG, XML and scripts must not be added. A type that is not
//! listed is sent as plain bytes. Not here: whether the bytes of a file match the claimed type.

use super::essence;

/// How a page shows a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// As a picture.
    Picture,
    /// As a sound that can be played.
    Sound,
    /// As a film that can be played.
    Film,
    /// Not at all: it is offered for download.
    Download,
}

/// A type of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// What it is sent as.
    pub media_type: &'static str,
    /// The ending of its file name, without the dot.
    pub extension: &'static str,
    /// How a page shows it.
    pub shown: Shown,
    /// Whether some browsers in use cannot show it although a page tries to.
    pub not_everywhere: bool,
    /// Other names by which programs call it.
    also: &'static [&'static str],
}

const fn row(media_type: &'static str, extension: &'static str, shown: Shown, also: &'static [&'static str]) -> Known {
    Known { media_type, extension, shown, not_everywhere: false, also }
}

/// A type that only some browsers show.
const fn rare(media_type: &'static str, extension: &'static str, shown: Shown, also: &'static [&'static str]) -> Known {
    Known { media_type, extension, shown, not_everywhere: true, also }
}

use Shown::{Download, Film, Picture, Sound};

/// Names are lower case, without parameters.
const KNOWN: &[Known] = &[
    row("image/jpeg", "jpg", Picture, &["image/jpg", "image/pjpeg", "image/x-jpeg"]),
    row("image/png", "png", Picture, &["image/x-png"]),
    row("image/webp", "webp", Picture, &[]),
    row("image/gif", "gif", Picture, &[]),
    row("image/avif", "avif", Picture, &[]),
    row("image/bmp", "bmp", Picture, &["image/x-bmp", "image/x-ms-bmp"]),
    rare("image/heic", "heic", Picture, &["image/heic-sequence"]),
    rare("image/heif", "heif", Picture, &["image/heif-sequence"]),
    row("image/tiff", "tif", Download, &["image/x-tiff"]),
    row("image/x-adobe-dng", "dng", Download, &["image/dng"]),
    row("audio/mpeg", "mp3", Sound, &["audio/mp3", "audio/x-mp3", "audio/x-mpeg", "audio/mpeg3"]),
    row("audio/mp4", "m4a", Sound, &["audio/m4a", "audio/x-m4a", "audio/mp4a-latm"]),
    row("audio/aac", "aac", Sound, &["audio/x-aac", "audio/aacp", "audio/x-hx-aac-adts"]),
    row("audio/wav", "wav", Sound, &["audio/x-wav", "audio/wave", "audio/vnd.wave"]),
    row("audio/ogg", "ogg", Sound, &["application/ogg", "audio/x-ogg"]),
    row("audio/opus", "opus", Sound, &[]),
    row("audio/webm", "weba", Sound, &[]),
    row("audio/flac", "flac", Sound, &["audio/x-flac"]),
    rare("audio/amr", "amr", Sound, &["audio/amr-nb", "audio/x-amr"]),
    rare("audio/amr-wb", "awb", Sound, &[]),
    rare("audio/3gpp", "3gp", Sound, &["audio/3gp"]),
    rare("audio/3gpp2", "3g2", Sound, &[]),
    rare("audio/x-ms-wma", "wma", Sound, &[]),
    row("video/mp4", "mp4", Film, &["video/x-m4v", "video/m4v", "application/mp4"]),
    row("video/webm", "webm", Film, &[]),
    row("video/ogg", "ogv", Film, &[]),
    rare("video/quicktime", "mov", Film, &["video/mov", "video/x-quicktime"]),
    rare("video/3gpp", "3gp", Film, &["video/3gp"]),
    rare("video/3gpp2", "3g2", Film, &[]),
    rare("video/x-matroska", "mkv", Film, &["video/matroska"]),
    row("video/x-msvideo", "avi", Download, &["video/avi", "video/msvideo"]),
    row("video/mpeg", "mpg", Download, &[]),
    row("video/mp2t", "ts", Download, &[]),
    row("application/pdf", "pdf", Download, &["application/x-pdf"]),
    row(
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "docx",
        Download,
        &["application/docx", "application/wps-office.docx"],
    ),
    row(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "xlsx",
        Download,
        &["application/xlsx", "application/wps-office.xlsx"],
    ),
    row(
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "pptx",
        Download,
        &["application/pptx", "application/wps-office.pptx"],
    ),
    row("application/msword", "doc", Download, &["application/wps-office.doc", "application/x-msword"]),
    row("application/vnd.ms-excel", "xls", Download, &["application/wps-office.xls", "application/x-excel"]),
    row("application/vnd.ms-powerpoint", "ppt", Download, &["application/wps-office.ppt"]),
    row("application/vnd.ms-works", "wps", Download, &["application/wps-office.wps", "application/kswps"]),
    row("application/wps-office.et", "et", Download, &["application/kset"]),
    row("application/wps-office.dps", "dps", Download, &["application/ksdps"]),
    row("application/ofd", "ofd", Download, &["application/x-ofd", "application/vnd.ofd"]),
    row("application/vnd.oasis.opendocument.text", "odt", Download, &[]),
    row("application/vnd.oasis.opendocument.spreadsheet", "ods", Download, &[]),
    row("application/vnd.oasis.opendocument.presentation", "odp", Download, &[]),
    row("application/rtf", "rtf", Download, &["text/rtf"]),
    row("text/plain", "txt", Download, &[]),
    row("text/csv", "csv", Download, &["text/comma-separated-values"]),
    row("application/zip", "zip", Download, &["application/x-zip-compressed"]),
    row("application/vnd.rar", "rar", Download, &["application/x-rar-compressed", "application/x-rar"]),
    row("application/x-7z-compressed", "7z", Download, &[]),
    row("application/cbor", "cbor", Download, &[]),
];

/// Plain bytes.
const UNKNOWN: Known = row("application/octet-stream", "bin", Download, &[]);

/// The type of file that a media type names, in whatever case and with whatever parameters; plain bytes where it
/// names none of these.
pub fn known(media_type: &str) -> Known {
    let Some(named) = essence(media_type) else { return UNKNOWN };
    let is = |row: &&Known| row.media_type == named || row.also.contains(&named.as_str());
    KNOWN.iter().find(is).copied().unwrap_or(UNKNOWN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::fit;
    use std::collections::BTreeSet;

    #[test]
    fn what_phones_and_offices_make_has_a_type_and_an_ending() {
        for (said, sent, extension, shown) in [
            ("image/JPEG", "image/jpeg", "jpg", Picture),
            ("image/jpg", "image/jpeg", "jpg", Picture),
            ("image/HEIC", "image/heic", "heic", Picture),
            ("image/heif", "image/heif", "heif", Picture),
            ("image/avif", "image/avif", "avif", Picture),
            ("image/gif", "image/gif", "gif", Picture),
            ("audio/mpeg", "audio/mpeg", "mp3", Sound),
            ("audio/x-m4a", "audio/mp4", "m4a", Sound),
            ("audio/aac", "audio/aac", "aac", Sound),
            ("audio/AMR", "audio/amr", "amr", Sound),
            ("audio/x-wav", "audio/wav", "wav", Sound),
            ("audio/ogg; codecs=opus", "audio/ogg", "ogg", Sound),
            ("audio/webm;codecs=opus", "audio/webm", "weba", Sound),
            ("video/mp4", "video/mp4", "mp4", Film),
            ("video/quicktime", "video/quicktime", "mov", Film),
            ("video/3gpp", "video/3gpp", "3gp", Film),
            ("video/webm; codecs=\"vp8, opus\"", "video/webm", "webm", Film),
            ("application/PDF", "application/pdf", "pdf", Download),
            ("application/kswps", "application/vnd.ms-works", "wps", Download),
            ("application/kset", "application/wps-office.et", "et", Download),
            ("application/ofd", "application/ofd", "ofd", Download),
            ("text/plain; charset=gb18030", "text/plain", "txt", Download),
        ] {
            let found = known(said);
            assert_eq!((found.media_type, found.extension, found.shown), (sent, extension, shown), "{said}");
        }
        for office in ["wordprocessingml.document", "spreadsheetml.sheet", "presentationml.presentation"] {
            let said = format!("application/vnd.openxmlformats-officedocument.{office}");
            assert_eq!(known(&said).media_type, said);
        }
    }

    #[test]
    fn what_a_browser_would_run_or_nothing_names_is_plain_bytes() {
        for said in [
            "text/html",
            "TEXT/HTML; charset=utf-8",
            "image/svg+xml",
            "application/xhtml+xml",
            "text/xml",
            "application/javascript",
            "application/octet-stream",
            "multipart/form-data; boundary=x",
            "",
            "image/jpeg, text/html",
            "image/jpeg text/html",
        ] {
            let found = known(said);
            assert_eq!(found, UNKNOWN, "{said}");
        }
    }

    #[test]
    fn every_name_stands_once_in_lower_case_and_would_be_taken() {
        let names: Vec<&str> = KNOWN.iter().flat_map(|row| row.also.iter().copied().chain([row.media_type])).collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
        for name in names {
            assert_eq!((fit(1, name), essence(name).as_deref()), (Ok(()), Some(name)), "{name}");
            assert!(!["html", "svg", "xml-", "script", "xhtml"].iter().any(|run| name.contains(run)), "{name}");
        }
    }
}
