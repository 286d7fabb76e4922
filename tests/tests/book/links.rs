//! Links resolve.

use std::path::{Component, Path, PathBuf};

use super::page::Page;

/// External links that pages may contain: standards by number.
const OUTSIDE: &[&str] = &["https://www.rfc-editor.org/rfc/rfc", "https://datatracker.ietf.org/doc/html/rfc"];

/// Errors in the links of these pages.
pub fn check(root: &Path, pages: &[Page]) -> Vec<String> {
    let mut wrong = Vec::new();
    for page in pages {
        for (line, target) in &page.links {
            if let Err(why) = follow(root, pages, page, target) {
                wrong.push(format!("{}:{line}: {target}: {why}", page.path));
            }
        }
    }
    wrong
}

fn follow(root: &Path, pages: &[Page], page: &Page, target: &str) -> Result<(), String> {
    if target.contains("://") || target.starts_with("mailto:") {
        let known = OUTSIDE.iter().any(|form| target.starts_with(form));
        return if known { Ok(()) } else { Err("not one of the addresses that the book may name".to_owned()) };
    }
    if target.starts_with('/') || target.is_empty() {
        return Err("a path of some machine".to_owned());
    }
    let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
    let path =
        if file.is_empty() { page.path.clone() } else { beside(&page.path, file).ok_or("outside the sources")? };
    if !file.is_empty() && !root.join(&path).exists() {
        return Err("there is no such file".to_owned());
    }
    if anchor.is_empty() {
        return Ok(());
    }
    let there = pages.iter().find(|other| other.path == path).ok_or("an anchor in what is no page")?;
    if there.anchors.contains(anchor) {
        return Ok(());
    }
    Err(format!("there is no such heading; there are {}", there.anchors.iter().cloned().collect::<Vec<_>>().join(", ")))
}

/// A path beside another, both from the root.
fn beside(page: &str, file: &str) -> Option<String> {
    let mut path = PathBuf::from(page);
    path.pop();
    for part in Path::new(file).components() {
        match part {
            Component::Normal(name) => path.push(name),
            Component::ParentDir => {
                if !path.pop() {
                    return None;
                }
            }
            Component::CurDir => {}
            Component::Prefix(_) | Component::RootDir => return None,
        }
    }
    Some(path.to_string_lossy().into_owned())
}
