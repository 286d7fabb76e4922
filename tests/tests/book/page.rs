//! Parser for the Markdown of this book: headings, links, code, fenced blocks, tables.
//!
//! Not here: the rest of Markdown, which is treated as prose.

use std::collections::{BTreeMap, BTreeSet};

/// A page.
#[derive(Debug, Default)]
pub struct Page {
    /// Its path from the root of the sources.
    pub path: String,
    /// Fenced blocks, in order.
    pub blocks: Vec<Block>,
    /// Code in the running text: line and words.
    pub code: Vec<(usize, String)>,
    /// Targets of links and pictures, by line.
    pub links: Vec<(usize, String)>,
    /// Link targets, by GitHub's rules.
    pub anchors: BTreeSet<String>,
    /// Code in columns that are headed `test`.
    pub tests: Vec<(usize, String)>,
}

/// A fenced block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// The line of its fence, from 1.
    pub line: usize,
    /// The info string.
    pub info: String,
    /// The content.
    pub text: String,
    /// Whether only blank lines separate it from the previous block.
    pub follows: bool,
}

impl Page {
    /// Reads it.
    pub fn read(path: &str, text: &str) -> Self {
        let mut page = Self { path: path.to_owned(), ..Self::default() };
        let mut slugs = BTreeMap::new();
        let mut open: Option<Block> = None;
        let (mut follows, mut heads) = (false, Vec::new());
        for (number, line) in (1..).zip(text.lines()) {
            if let Some(block) = &mut open {
                if line.trim() == "```" {
                    page.blocks.extend(open.take());
                    follows = true;
                } else {
                    block.text.push_str(line);
                    block.text.push('\n');
                }
                continue;
            }
            if let Some(info) = line.trim_start().strip_prefix("```") {
                open = Some(Block { line: number, info: info.trim().to_owned(), text: String::new(), follows });
                continue;
            }
            follows &= line.trim().is_empty();
            page.take(number, line, &mut slugs);
            page.take_row(number, line, &mut heads);
        }
        assert!(open.is_none(), "{path}: a block is not closed");
        page
    }

    fn take(&mut self, number: usize, line: &str, slugs: &mut BTreeMap<String, usize>) {
        let level = line.chars().take_while(|c| *c == '#').count();
        if (1..=6).contains(&level) && line[level..].starts_with(' ') {
            let slug = slug(&line[level..]);
            let before = slugs.entry(slug.clone()).or_default();
            self.anchors.insert(if *before == 0 { slug } else { format!("{slug}-{before}") });
            *before += 1;
        }
        let (prose, code) = without_code(line);
        self.code.extend(code.into_iter().map(|code| (number, code)));
        self.links.extend(links(&prose).into_iter().map(|link| (number, link)));
    }

    /// The cells of a table, where its last column is headed `test`.
    fn take_row(&mut self, number: usize, line: &str, heads: &mut Vec<String>) {
        if !line.starts_with('|') {
            heads.clear();
            return;
        }
        let cells: Vec<String> = line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect();
        if heads.is_empty() {
            *heads = cells;
        } else if heads.last().is_some_and(|head| head == "test") {
            let named = cells.last().map(|cell| without_code(cell).1).unwrap_or_default();
            self.tests.extend(named.into_iter().map(|name| (number, name)));
        }
    }
}

/// A heading's anchor: letters of any script, digits, hyphens and underscores; spaces become hyphens.
pub fn slug(heading: &str) -> String {
    let mut shown = String::new();
    let mut rest = heading.trim();
    // A link shows its text.
    while let Some((before, link)) = rest.split_once('[') {
        shown.push_str(before);
        let (text, after) = link.split_once(']').unwrap_or((link, ""));
        shown.push_str(text);
        rest = after.strip_prefix('(').and_then(|target| target.split_once(')')).map_or(after, |(_, after)| after);
    }
    shown.push_str(rest);
    let kept = shown.chars().filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | ' '));
    kept.flat_map(char::to_lowercase).map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// The line with its code taken out, and the code.
fn without_code(line: &str) -> (String, Vec<String>) {
    let (mut prose, mut code) = (String::new(), Vec::new());
    for (place, part) in line.split('`').enumerate() {
        if place % 2 == 0 {
            prose.push_str(part);
        } else {
            prose.push('~');
            code.push(part.to_owned());
        }
    }
    (prose, code)
}

/// Targets of `[text](target)`, `<https://…>`, `[name]: target`, and bare addresses.
fn links(prose: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for (at, _) in prose.match_indices("](") {
        let target = prose[at + 2..].split(')').next().unwrap_or_default();
        found.push(target.split(' ').next().unwrap_or_default().to_owned());
    }
    if prose.starts_with('[')
        && let Some((_, target)) = prose.split_once("]: ")
    {
        found.push(target.trim().to_owned());
    }
    for (at, _) in prose.match_indices("http") {
        let address: String = prose[at..].chars().take_while(|c| !c.is_whitespace() && !")>]".contains(*c)).collect();
        if address.contains("://") && !found.contains(&address) {
            found.push(address);
        }
    }
    found
}
