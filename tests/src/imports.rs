//! The imports between modules of a crate, read from its sources as text.
//!
//! Promise: every path that begins with `crate` or `super`, in a `use` or in code, is an arrow from its file to the
//! module it names; tests and comments do not count. Not here: the allowed arrows (`tests/acceptance/layers`).

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A module of a crate: the names on the way to it, `flow`, `lease`.
pub type Module = Vec<String>;

/// The modules of one crate and the arrows between them.
#[derive(Debug)]
pub struct Imports {
    arrows: BTreeMap<Module, BTreeSet<Module>>,
}

impl Imports {
    /// Reads the sources below `root`, a crate's `src`.
    pub fn read(root: &Path) -> Self {
        let mut files = BTreeMap::new();
        collect(root, root, &mut files);
        assert!(!files.is_empty(), "no sources in {}", root.display());
        let mut arrows = BTreeMap::new();
        for (module, file) in &files {
            let text = code(&std::fs::read_to_string(file).unwrap());
            let named = paths(&text, module).into_iter().filter_map(|path| known(&files, path));
            arrows.insert(module.clone(), named.filter(|other| other != module).collect());
        }
        Self { arrows }
    }

    /// The rooms: the modules at the top of the crate.
    pub fn rooms(&self) -> BTreeSet<&str> {
        self.arrows.keys().filter_map(|module| module.first()).map(String::as_str).collect()
    }

    /// The arrows between rooms: from, to, and a module that has the arrow.
    pub fn between_rooms(&self) -> BTreeMap<(&str, &str), String> {
        let mut found = BTreeMap::new();
        for (from, to) in self.all() {
            if let (Some(a), Some(b)) = (from.first(), to.first())
                && a != b
            {
                found.insert((a.as_str(), b.as_str()), from.join("::"));
            }
        }
        found
    }

    /// Sibling modules that import each other, at any depth. A submodule counts as part of its module, so a module and its
    /// submodules are never a cycle.
    pub fn circles(&self) -> Vec<String> {
        let parents: BTreeSet<&[String]> =
            self.arrows.keys().flat_map(|module| (0..module.len()).map(|depth| &module[..depth])).collect();
        parents.into_iter().flat_map(|parent| self.circles_below(parent)).collect()
    }

    fn all(&self) -> impl Iterator<Item = (&Module, &Module)> {
        self.arrows.iter().flat_map(|(from, to)| to.iter().map(move |to| (from, to)))
    }

    fn circles_below(&self, parent: &[String]) -> Vec<String> {
        let child = |module: &Module| (module.starts_with(parent)).then(|| module.get(parent.len()).cloned()).flatten();
        let mut reach: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (from, to) in self.all() {
            if let (Some(a), Some(b)) = (child(from), child(to))
                && a != b
            {
                reach.entry(a).or_default().insert(b);
            }
        }
        loop {
            let before: usize = reach.values().map(BTreeSet::len).sum();
            let further: Vec<(String, BTreeSet<String>)> = reach
                .iter()
                .map(|(from, to)| {
                    (from.clone(), to.iter().filter_map(|via| reach.get(via)).flatten().cloned().collect())
                })
                .collect();
            for (from, more) in further {
                reach.entry(from).or_default().extend(more);
            }
            if reach.values().map(BTreeSet::len).sum::<usize>() == before {
                break;
            }
        }
        let round = reach.iter().filter(|(from, to)| to.contains(*from));
        round.map(|(from, _)| [parent, std::slice::from_ref(from)].concat().join("::")).collect()
    }
}

fn collect(root: &Path, directory: &Path, files: &mut BTreeMap<Module, PathBuf>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let inside = path.strip_prefix(root).unwrap().with_extension("");
            let module: Module = inside.iter().map(|part| part.to_string_lossy().into_owned()).collect();
            let root_or_test = module.iter().any(|part| part == "tests") || module == ["lib"] || module == ["main"];
            if !root_or_test {
                files.insert(module, path);
            }
        }
    }
}

/// The text without comments, up to the first `#[cfg(test)]` in column one.
fn code(text: &str) -> String {
    let cut = text.find("\n#[cfg(test)]\n").unwrap_or(text.len());
    let lines = text[..cut].lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// Every path from `crate` or `super` in the text of `module`; groups in braces are split.
fn paths(text: &str, module: &Module) -> Vec<Module> {
    let mut found = Vec::new();
    for start in ["crate", "super"] {
        for (at, _) in text.match_indices(start) {
            let before = text[..at].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') {
                continue;
            }
            let above = if start == "crate" { Vec::new() } else { module[..module.len() - 1].to_vec() };
            follow(&text[at + start.len()..], above, &mut found);
        }
    }
    found
}

/// Follows `::name` and `::{…}` from here on.
fn follow(mut rest: &str, mut path: Module, found: &mut Vec<Module>) {
    while let Some(next) = rest.strip_prefix("::") {
        if let Some(group) = next.strip_prefix('{') {
            for item in items(group) {
                let item = item.trim();
                let name: String = item.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                let inner = [path.clone(), vec![name.clone()]].concat();
                follow(&item[name.len()..], inner, found);
            }
            return;
        }
        let name: String = next.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        if name == "super" {
            path.pop();
        } else {
            path.push(name.clone());
        }
        rest = &next[name.len()..];
    }
    found.push(path);
}

/// The members of a group in braces, up to its end.
fn items(group: &str) -> Vec<&str> {
    let (mut depth, mut begun, mut found) = (0, 0, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                found.push(&group[begun..at]);
                return found;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                found.push(&group[begun..at]);
                begun = at + 1;
            }
            _ => {}
        }
    }
    found
}

/// The module that a path names: the longest prefix that is a file.
fn known(files: &BTreeMap<Module, PathBuf>, mut path: Module) -> Option<Module> {
    while !path.is_empty() && !files.contains_key(&path) {
        path.pop();
    }
    (!path.is_empty()).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crate_of(files: &[(&str, &str)]) -> (tempfile::TempDir, Imports) {
        let directory = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = directory.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let imports = Imports::read(directory.path());
        (directory, imports)
    }

    #[test]
    fn an_arrow_is_found_in_a_group_in_code_and_through_super() {
        let (_directory, imports) = crate_of(&[
            ("a.rs", "use crate::{b, c::{self, d::E}};"),
            ("b.rs", "fn f() { crate::c::d::g() }\n// crate::a"),
            ("c.rs", "mod d;"),
            ("c/d.rs", "use super::super::b::X;\n#[cfg(test)]\nmod tests { use crate::a; }"),
        ]);
        let arrows: Vec<_> = imports.between_rooms().into_keys().collect();
        assert_eq!(arrows, [("a", "b"), ("a", "c"), ("b", "c"), ("c", "b")]);
        assert_eq!(imports.circles(), ["b", "c"]);
    }

    #[test]
    fn a_circle_inside_a_room_is_found_and_a_module_with_its_parts_is_none() {
        let (_directory, imports) = crate_of(&[
            ("a.rs", "use a::x::X;"),
            ("a/x.rs", "use super::y::Y; use super::A;"),
            ("a/y.rs", "use super::z::Z;"),
            ("a/z.rs", "use crate::a::x::X;"),
        ]);
        assert_eq!(imports.circles(), ["a::x", "a::y", "a::z"]);
    }
}
