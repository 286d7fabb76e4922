//! Words that are always wrong here: own words for things that have a standard term, archaic English, and Chinese terms
//! that practitioners do not use.
//!
//! Promise: each word is searched in identifiers, comments, documentation, SQL and templates; a finding names file and
//! line. Not here: whether a sentence is good; a reviewer reads it.

use std::fs;
use std::path::Path;

use tests::server::sources;

/// An English word, in lower case, and what to write instead. Identifiers are split into their words.
const WORDS: &[(&str, &str)] = &[
    ("ailing", "degraded"),
    ("anew", "again"),
    ("bringer", "sender"),
    ("door", "middleware"),
    ("dress", "add security headers"),
    ("dressed", "with security headers"),
    ("fate", "outcome"),
    ("fates", "outcomes"),
    ("gate", "connection guard, or the name of what guards"),
    ("living", "healthy, live"),
    ("patience", "timeout"),
    ("tidy", "checkpoint, clean up, normalise"),
    ("trouble", "fault, failure, error"),
    ("whereof", "of which"),
    ("whoever", "a person who, a caller that"),
    ("whomever", "any"),
    ("wish", "command kind"),
];

/// Phrases, in lower case.
const PHRASES: &[(&str, &str)] = &[
    ("as the lints want it", "say the reason"),
    ("count anew", "analyze"),
    ("for ever", "permanently, never ends"),
    ("nobody that", "no caller that"),
];

/// Chinese terms that practitioners do not use here, and the right ones.
const CHINESE: &[(&str, &str)] = &[
    ("不予采信", "不予认可 (a change); 采信 belongs to evidence"),
    ("其他负责人", "分管负责人"),
    ("出示执法码", "执法码交检查对象扫码核实"),
    ("分歧", "记录不一致"),
    ("合规提示", "合法性校验"),
    ("案件记录", "案卷记录（结案凭证）"),
    ("督办", "期限提醒, 时限预警, 告警"),
    ("监督线索", "监督事项"),
    ("立卷", "登记 (an inspection), 立案 (a penalty case)"),
    ("签名笔迹", "手写签名"),
    ("警示", "提示"),
    ("送交检查通知书", "出具行政检查通知书"),
    ("采信", "认可"),
    ("阻断", "阻止"),
];

/// Terms that are right only behind a prefix, or before a suffix.
const PREFIXED: &[(&str, &str, &str)] = &[("检查通知书", "行政", ""), ("执法证", "行政", "件"), ("交归档", "移", "")];

/// Where a word is right: the beginning of a path, the word, and the reason.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    ("server/demo/src/story/offline", "door", "the door of a restaurant, and the stall next door"),
    ("server/demo/src/words.rs", "door", "the stall next door"),
    ("server/src/flow/register/heading.rs", "执法证", "headings as offices write them"),
    ("server/demo/src/phone/sync.rs", "trouble", "a name in the answers of `palm phone`"),
    ("sync-core/src/facts/inspection.rs", "door", "the door of the inspected enterprise"),
    ("sync-core/src/law/table/chongqing.rs", "door", "the door of the inspected enterprise"),
    ("sync-core/src/law/table/chongqing.rs", "检查通知书", "a verbatim quotation of the decree"),
    ("sync-core/tests/phone/happened.rs", "door", "the door of the inspected enterprise"),
    ("docs/rules.md", "door", "generated from the rule table"),
    ("docs/rules.md", "检查通知书", "generated from the rule table"),
];

/// What is read, and what is not.
const ROOTS: [&str; 9] =
    ["sync-core", "api-spec", "migrations", "server", "tests", "docs", "contrib", "README.md", "README.zh-CN.md"];
const KINDS: [&str; 10] = ["rs", "md", "html", "sql", "sh", "mjs", "py", "toml", "json", "css"];
const SKIPPED: [&str; 10] = [
    "target",
    "node_modules",
    ".venv",
    "generated",
    "built",
    "released",
    "vectors",
    "banned_words.rs",
    "package-lock.json",
    "package.json",
];

/// Every file that is read, by its path from the root.
fn files() -> Vec<(String, String)> {
    let root = sources();
    let mut files = Vec::new();
    ROOTS.iter().for_each(|name| collect(&root, &root.join(name), &mut files));
    assert!(files.len() > 500, "the sources were found");
    files
}

fn collect(root: &Path, path: &Path, files: &mut Vec<(String, String)>) {
    let named = |names: &[&str]| path.file_name().is_some_and(|name| names.iter().any(|other| name == *other));
    if named(&SKIPPED) {
        return;
    }
    if path.is_dir() {
        fs::read_dir(path).unwrap().for_each(|entry| collect(root, &entry.unwrap().path(), files));
    } else if path.extension().is_some_and(|kind| KINDS.iter().any(|other| kind == *other)) {
        let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
        files.push((name, fs::read_to_string(path).unwrap()));
    }
}

/// The words of a line in lower case; `WAIT_ONCE`, `waitOnce` and `WaitOnce` are two words.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for c in line.chars() {
        let begins = c.is_ascii_uppercase() && before.is_ascii_lowercase();
        if !c.is_ascii_alphabetic() || begins {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c.is_ascii_alphabetic()) {
            word.push(c.to_ascii_lowercase());
        }
        before = c;
    }
    words.retain(|word| !word.is_empty());
    words
}

/// The banned words of a line, each with what to write instead.
fn banned(line: &str) -> Vec<(&'static str, &'static str)> {
    let split = words(line);
    let phrase = |text: &str| {
        let wanted: Vec<&str> = text.split(' ').collect();
        split.windows(wanted.len()).any(|some| some == wanted)
    };
    let english = WORDS.iter().chain(PHRASES).filter(|(text, _)| phrase(text));
    let chinese = CHINESE.iter().filter(|(text, _)| line.contains(text));
    let mut found: Vec<_> = english.chain(chinese).copied().collect();
    for (term, prefix, suffix) in PREFIXED {
        let alone = |(at, _): &(usize, &str)| {
            let (before, after) = (&line[..*at], &line[at + term.len()..]);
            !before.ends_with(prefix) && (suffix.is_empty() || !after.starts_with(suffix))
        };
        if line.match_indices(term).any(|found| alone(&found)) {
            found.push((term, prefix));
        }
    }
    found
}

#[test]
fn no_banned_word_stands_in_code_or_documentation() {
    let (mut found, mut used) = (Vec::new(), vec![false; EXCEPTIONS.len()]);
    for (path, text) in files() {
        for (number, line) in text.lines().enumerate() {
            for (word, instead) in banned(line) {
                let excepted =
                    EXCEPTIONS.iter().position(|(place, other, _)| path.starts_with(place) && word == *other);
                match excepted {
                    Some(index) => used[index] = true,
                    None => found.push(format!("{path}:{}: {word} (write: {instead})", number + 1)),
                }
            }
        }
    }
    let unused = EXCEPTIONS.iter().zip(used).filter(|(_, used)| !used);
    found.extend(unused.map(|((place, word, _), _)| format!("{place} has no {word}: remove the exception")));
    assert!(found.is_empty(), "{} findings:\n{}", found.len(), found.join("\n"));
}

#[test]
fn a_banned_word_is_found_in_prose_and_in_identifiers_and_not_inside_another_word() {
    for line in
        ["/// Whoever asks.", "fn is_dressed()", "struct OpenDoor;", "const PATIENCE: u8 = 0;", "let openGate = 1;"]
    {
        assert_eq!(banned(line).len(), 1, "{line}");
    }
    for line in [
        "indoor address",
        "aggregate",
        "行政检查通知书",
        "行政执法证",
        "执法证件",
        "a wishlist",
        "for everybody",
        "移交归档",
    ] {
        assert_eq!(banned(line), [], "{line}");
    }
    for line in ["检查通知书", "执法证", "不予办理的分歧", "kept for ever"] {
        assert_eq!(banned(line).len(), 1, "{line}");
    }
}
