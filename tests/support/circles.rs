//! Files that use each other in a circle, found in their text.
//!
//! A path counts for the file that holds its item, whatever module re-exports it. What a module
//! file and the files below it use of one another does not count: they are one module, and
//! `mod.rs` is its door.

use std::collections::{BTreeMap, BTreeSet};

/// A module, as the names that lead to it.
type Module = Vec<String>;

/// Returns each use that is part of a circle of files in one room, as `a uses b`. The files are
/// paths below `src` with their code.
pub(super) fn circles(files: &[(String, String)]) -> Vec<String> {
    let modules: BTreeMap<Module, &str> =
        files.iter().map(|(path, code)| (module(path), code.as_str())).collect();
    let mut exports: BTreeMap<(Module, String), Module> = BTreeMap::new();
    let mut used: Vec<(Module, Module)> = Vec::new();
    for (me, code) in &modules {
        let (uses, rest) = split_uses(code);
        for (is_public, tree) in &uses {
            for path in leaves(tree) {
                let Some(path) = absolute(me, &path, &modules) else { continue };
                match path.last() {
                    Some(name) if *is_public => {
                        exports.insert((me.clone(), name.clone()), path);
                    }
                    _ => used.push((me.clone(), path)),
                }
            }
        }
        let inline = paths(&rest).into_iter().filter_map(|path| absolute(me, &path, &modules));
        used.extend(inline.map(|path| (me.clone(), path)));
    }
    let mut edges: BTreeSet<(Module, Module)> = BTreeSet::new();
    for (from, path) in used {
        if let Some(to) = holder(&path, &modules, &exports, 0)
            && from.first() == to.first()
            && !from.starts_with(&to)
            && !to.starts_with(&from)
        {
            edges.insert((from, to));
        }
    }
    // What nothing uses, and what uses nothing, is in no circle.
    loop {
        let from: BTreeSet<_> = edges.iter().map(|(from, _)| from.clone()).collect();
        let to: BTreeSet<_> = edges.iter().map(|(_, to)| to.clone()).collect();
        let before = edges.len();
        edges.retain(|(a, b)| to.contains(a) && from.contains(b));
        if edges.len() == before {
            break;
        }
    }
    edges.iter().map(|(a, b)| format!("{} uses {}", a.join("/"), b.join("/"))).collect()
}

fn module(path: &str) -> Module {
    let path = path.strip_suffix(".rs").unwrap_or(path);
    path.strip_suffix("/mod").unwrap_or(path).split('/').map(str::to_owned).collect()
}

/// Returns the trees of the `use` lines, with whether they are public, and the rest.
fn split_uses(code: &str) -> (Vec<(bool, String)>, String) {
    let (mut uses, mut rest) = (Vec::new(), String::new());
    let mut lines = code.lines();
    while let Some(line) = lines.next() {
        let start = line.trim_start();
        let is_public = start.starts_with("pub");
        let tree = match (is_public, start.split_once("use ")) {
            (false, Some(("", tree))) => tree,
            (true, Some((before, tree))) if !before.contains(['{', '=', ';', ':']) => tree,
            _ => {
                rest.push_str(line);
                rest.push('\n');
                continue;
            }
        };
        let mut tree = tree.to_owned();
        while !tree.contains(';') {
            let Some(line) = lines.next() else { break };
            tree.push_str(line);
        }
        uses.push((is_public, tree.replace([' ', ';'], "")));
    }
    (uses, rest)
}

/// Returns the paths of a `use` tree.
fn leaves(tree: &str) -> Vec<String> {
    let Some((before, group)) = tree.split_once('{') else { return vec![tree.to_owned()] };
    let group = group.strip_suffix('}').unwrap_or(group);
    let (mut depth, mut parts) = (0, vec![String::new()]);
    for c in group.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        parts.last_mut().unwrap().push(c);
    }
    let parts = parts.iter().filter(|part| !part.is_empty());
    parts.flat_map(|part| leaves(&format!("{before}{part}"))).collect()
}

/// Returns the paths in code that begin at the crate or at the module above.
fn paths(code: &str) -> Vec<String> {
    let is_of_path = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    let words = code.split(|c| !is_of_path(c));
    words
        .filter(|word| word.starts_with("crate::") || word.starts_with("super::"))
        .map(str::to_owned)
        .collect()
}

/// Returns a path from the crate on; `None` for one of another crate.
fn absolute(me: &Module, path: &str, modules: &BTreeMap<Module, &str>) -> Option<Module> {
    let names: Vec<&str> = path.split("::").filter(|name| !name.is_empty()).collect();
    let ups = names.iter().take_while(|name| **name == "super").count();
    let (base, rest) = match names.first()? {
        &"crate" => (&me[..0], &names[1..]),
        &"self" => (&me[..], &names[1..]),
        &"super" => (&me[..me.len().checked_sub(ups)?], &names[ups..]),
        first => {
            let child: Module = me.iter().cloned().chain([(*first).to_owned()]).collect();
            modules.contains_key(&child).then_some((&me[..], &names[..]))?
        }
    };
    Some(base.iter().cloned().chain(rest.iter().map(|name| (*name).to_owned())).collect())
}

/// Returns the module that holds the item of a path.
fn holder(
    path: &[String],
    modules: &BTreeMap<Module, &str>,
    exports: &BTreeMap<(Module, String), Module>,
    depth: usize,
) -> Option<Module> {
    /// More re-exports than this would be a circle of their own.
    const DEEPEST: usize = 8;
    let len = (1..=path.len()).rev().find(|len| modules.contains_key(&path[..*len]))?;
    let (at, rest) = path.split_at(len);
    let target = rest.first().and_then(|name| exports.get(&(at.to_vec(), name.clone())));
    match target {
        Some(target) if depth < DEEPEST => {
            let path: Module = target.iter().chain(&rest[1..]).cloned().collect();
            holder(&path, modules, exports, depth + 1)
        }
        _ => Some(at.to_vec()),
    }
}
