//! Rules that the workspace keeps: which crate may depend on which, how long a file may be, what the maps name.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use cargo_metadata::{CargoOpt, DependencyKind, Metadata, MetadataCommand, PackageId};
use cloudsite_tests::workspace;

/// Every edge between crates of the workspace. Dependencies point inward.
const EDGES: [(&str, &[&str]); 12] = [
    ("cloudsite-proto", &[]),
    ("cloudsite-domain", &[]),
    ("cloudsite-dossier", &[]),
    ("cloudsite-sfu", &[]),
    ("cloudsite-store", &["cloudsite-domain"]),
    (
        "cloudsite-server",
        &["cloudsite-domain", "cloudsite-dossier", "cloudsite-proto", "cloudsite-sfu", "cloudsite-store"],
    ),
    ("cloudsite-link", &["cloudsite-proto"]),
    ("cloudsite-rules", &["cloudsite-domain"]),
    ("cloudsite-viewer", &["cloudsite-domain", "cloudsite-link", "cloudsite-proto"]),
    ("cloudsite-web", &["cloudsite-domain", "cloudsite-link", "cloudsite-proto"]),
    ("cloudsite-tests", &["cloudsite-domain", "cloudsite-link", "cloudsite-proto"]),
    ("xtask", &["cloudsite-domain"]),
];

/// What the rules of the park may never be tied to.
const FOREIGN_TO_DOMAIN: [&str; 5] = ["tokio", "tonic", "prost", "rusqlite", "bevy"];

const LONGEST_FILE: usize = 600;
const LONGEST_MEDIAN: usize = 150;

fn metadata() -> Metadata {
    let platform = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    MetadataCommand::new()
        .manifest_path(workspace().join("Cargo.toml"))
        .features(CargoOpt::AllFeatures)
        .other_options(["--filter-platform".to_owned(), platform])
        .exec()
        .expect("cargo describes the workspace")
}

#[test]
fn crates_depend_only_inward() {
    let metadata = metadata();
    let members: BTreeSet<String> = metadata.workspace_packages().iter().map(|p| p.name.to_string()).collect();
    let expected: BTreeMap<&str, BTreeSet<&str>> =
        EDGES.iter().map(|(from, to)| (*from, to.iter().copied().collect())).collect();
    for package in metadata.workspace_packages() {
        let dependencies = package.dependencies.iter().filter(|d| d.kind != DependencyKind::Development);
        let found: BTreeSet<&str> =
            dependencies.map(|d| d.name.as_str()).filter(|name| members.contains(*name)).collect();
        assert_eq!(Some(&found), expected.get(package.name.as_str()), "dependencies of {}", package.name);
    }
    assert_eq!(members.len(), EDGES.len(), "a crate is missing from the table, or the other way round");
}

#[test]
fn domain_knows_neither_wire_nor_store_nor_screen() {
    let metadata = metadata();
    let resolve = metadata.resolve.as_ref().expect("the dependencies are resolved");
    let nodes: BTreeMap<&PackageId, _> = resolve.nodes.iter().map(|node| (&node.id, node)).collect();
    let domain = metadata.workspace_packages().into_iter().find(|p| *p.name == "cloudsite-domain");
    let mut open = vec![&domain.expect("there is a domain").id];
    let mut reached = BTreeSet::new();
    while let Some(id) = open.pop() {
        if reached.insert(id) {
            let normal = nodes[id].deps.iter().filter(|d| d.dep_kinds.iter().any(|k| k.kind == DependencyKind::Normal));
            open.extend(normal.map(|dependency| &dependency.pkg));
        }
    }
    assert!(reached.len() > 5, "the dependencies were not followed");
    let names: BTreeSet<&str> = reached.iter().map(|id| metadata[*id].name.as_str()).collect();
    for foreign in FOREIGN_TO_DOMAIN {
        let tied = names.iter().any(|name| *name == foreign || name.starts_with(&format!("{foreign}_")));
        assert!(!tied, "cloudsite-domain depends on {foreign}");
    }
}

/// Every Rust file of the workspace.
fn sources() -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
        for entry in fs::read_dir(folder).expect("the folder can be read") {
            let path = entry.expect("the entry can be read").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() && !name.starts_with('.') && !["target", "data", "node_modules"].contains(&name.as_str()) {
                walk(&path, found);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let text = fs::read_to_string(&path).expect("sources are text");
                found.push((path, text));
            }
        }
    }
    let mut found = Vec::new();
    walk(&workspace(), &mut found);
    assert!(found.len() > 30, "the sources were not found");
    found
}

#[test]
fn no_file_is_too_long_to_read() {
    let mut production = Vec::new();
    for (path, text) in sources() {
        let lines = text.lines().count();
        assert!(lines < LONGEST_FILE, "{} has {lines} lines; split it", path.display());
        production.push(text.lines().take_while(|line| line.trim() != "#[cfg(test)]").count());
    }
    production.sort_unstable();
    let median = production[production.len() / 2];
    assert!(median <= LONGEST_MEDIAN, "the median file has {median} lines without its tests");
}

#[test]
fn nothing_is_switched_off() {
    // Put together, so that this file does not hold what it looks for.
    let forbidden = [concat!("#[", "ignore"), concat!("#[", "allow("), concat!("#![", "allow(")];
    for (path, text) in sources() {
        for word in forbidden {
            assert!(!text.contains(word), "{} holds {word}", path.display());
        }
    }
}

/// Folders of the server whose code answers someone.
const READING: [&str; 5] = ["grpc", "http", "ogc", "tiles", "watch"];

/// The one file among them that has the whole record, for the log beside it.
const LOG: &str = "server/src/grpc/audit_service.rs";

#[test]
fn whatever_answers_someone_has_views_and_not_the_record() {
    let root = workspace();
    let mut read = 0;
    for (path, text) in sources() {
        let path = path.strip_prefix(&root).expect("sources lie below the root").to_string_lossy().into_owned();
        let answers = READING.iter().any(|folder| path.starts_with(&format!("server/src/{folder}/")));
        if !answers || path == LOG || path.ends_with("tests.rs") {
            continue;
        }
        read += 1;
        let production = text.split("#[cfg(test)]").next().unwrap_or_default();
        for line in production.lines().filter(|line| !line.trim_start().starts_with("//")) {
            let mut words = line.split(|c: char| !c.is_alphanumeric() && c != '_');
            let reaches = words.any(|word| ["Record", "SqliteStore"].contains(&word)) || line.contains("dyn Store");
            assert!(!reaches, "{path} is given views, so that no tier sees too much, but has: {line}");
        }
    }
    assert!(read > 20, "{read} files were read");
}

#[test]
fn the_maps_name_every_folder_and_crate() {
    let root = workspace();
    let read = |name: &str| fs::read_to_string(root.join(name)).unwrap_or_else(|e| panic!("cannot read {name}: {e}"));
    let (readme, architecture) = (read("README.md"), read("ARCHITECTURE.md"));
    let unmapped = ["target", "data", "web-dist"];
    for entry in fs::read_dir(&root).expect("the root can be read") {
        let entry = entry.expect("the entry can be read");
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().is_dir() && !name.starts_with('.') && !unmapped.contains(&name.as_str()) {
            assert!(readme.contains(&format!("{name}/")), "README.md does not name {name}/");
            assert!(architecture.contains(&format!("{name}/")), "ARCHITECTURE.md does not name {name}/");
        }
    }
    for (member, _) in EDGES {
        assert!(architecture.contains(member), "ARCHITECTURE.md does not name {member}");
    }
}

#[test]
fn every_crate_takes_the_common_lints() {
    for package in metadata().workspace_packages() {
        let manifest = fs::read_to_string(&package.manifest_path).expect("manifests are text");
        assert!(manifest.contains("[lints]\nworkspace = true"), "{} has lints of its own", package.name);
    }
}
