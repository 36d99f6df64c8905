//! Arguments, and what each command gives back.

use std::fs;
use std::path::Path;

use clap::{CommandFactory, Parser};
use tempfile::TempDir;

use super::answer::{Done, Failure};
use super::{Cli, Command};

fn run(arguments: &[&str]) -> Result<Done, Failure> {
    let all = std::iter::once("cloudsite").chain(arguments.iter().copied());
    let cli = Cli::try_parse_from(all).map_err(|error| Failure::Misused(error.to_string()))?;
    match cli.command {
        Command::Serve(_) => panic!("a server is not started here"),
        Command::Import(import) => import.run(),
        Command::Export(export) => export.run(cli.json),
        Command::Demo(demo) => demo.run(),
    }
}

fn path(folder: &TempDir, name: &str) -> String {
    folder.path().join(name).to_str().unwrap().to_owned()
}

fn write(path: &str, properties: &str) {
    let text = format!(
        r#"{{"type":"FeatureCollection","features":[{{"type":"Feature","properties":{properties},
        "geometry":{{"type":"Point","coordinates":[120.4,31.5]}}}}]}}"#
    );
    fs::write(path, text).unwrap();
}

#[test]
fn the_arguments_are_sound() {
    Cli::command().debug_assert();
}

#[test]
fn what_is_misused_is_told_from_what_is_refused() {
    let folder = TempDir::new().unwrap();
    let (file, data) = (path(&folder, "poi.geojson"), path(&folder, "data"));
    write(&file, r#"{"kind":"nonsense"}"#);
    write(&path(&folder, "poi.dxf"), "{}");
    let misused: &[&[&str]] = &[
        &[],
        &["import"],
        &["import", &file, "--layer", "castle", "--data", &data],
        &["import", &file, "--layer", "poi", "--data", &data, "--crs", "EPSG:2154"],
        &["import", &file, "--layer", "poi", "--data", &data, "--map", "kind"],
        &["import", &file, "--layer", "poi", "--data", &data, "--map", "status=x"],
        &["import", &path(&folder, "nowhere.geojson"), "--layer", "poi", "--data", &data],
        &["import", &path(&folder, "poi.dxf"), "--layer", "poi", "--data", &data],
        &["export", "--layer", "poi", "--data", &data, "--format", "dxf"],
    ];
    for arguments in misused {
        assert!(matches!(run(arguments), Err(Failure::Misused(_))), "{arguments:?}");
    }
    let refused: &[&[&str]] = &[
        &["export", "--layer", "poi", "--data", &path(&folder, "empty")],
        &["import", &file, "--layer", "poi", "--data", &data],
    ];
    for arguments in refused {
        assert!(matches!(run(arguments), Err(Failure::Refused { .. })), "{arguments:?}");
    }
}

#[test]
fn a_bad_file_changes_nothing_and_a_good_one_makes_a_revision() {
    let folder = TempDir::new().unwrap();
    let (file, out, data) = (path(&folder, "poi.geojson"), path(&folder, "out.geojson"), path(&folder, "data"));
    let import = || run(&["import", &file, "--layer", "poi", "--data", &data]);
    let export = |at: &str| run(&["export", "--layer", "poi", "--data", &data, "--out", &out, "--at", at]);

    write(&file, r#"{"kind":"nonsense"}"#);
    let Err(Failure::Refused { problems: Some(refusal), .. }) = import() else { panic!("it must be refused") };
    assert_eq!((refusal.count, refusal.problems[0].field.as_str()), (1, "kind"));
    assert!(matches!(export("1"), Err(Failure::Refused { .. })), "there is no revision");
    assert!(!Path::new(&out).exists(), "a file appears only when it is whole");

    write(&file, r#"{"kind":"airport"}"#);
    let done = import().unwrap();
    assert_eq!(done.members["revision"], 1);
    assert_eq!((&done.members["created"], &done.members["unchanged"]), (&1.into(), &0.into()));
    let again = import().unwrap();
    assert_eq!((&again.members["revision"], &again.members["unchanged"]), (&serde_json::Value::Null, &1.into()));
    assert_eq!(export("1").unwrap().members["features"], 1);
    assert!(fs::read_to_string(&out).unwrap().contains(r#""kind":"airport""#));
    assert!(matches!(run(&["demo", "--data", &data]), Err(Failure::Refused { .. })), "the record is not empty");
}
