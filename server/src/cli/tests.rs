//! Arguments, and what each command gives back.

use std::fs;
use std::path::Path;

use clap::{CommandFactory, Parser};
use tempfile::TempDir;

use super::answer::{Done, Failure};
use super::{Cli, Command, misuse};

fn run(arguments: &[&str]) -> Result<Done, Failure> {
    let all = std::iter::once("cloudsite").chain(arguments.iter().copied());
    let cli = Cli::try_parse_from(all).map_err(|error| Failure::Misused(error.to_string()))?;
    match cli.command {
        Command::Serve(_) => panic!("a server is not started here"),
        Command::Import(import) => import.run(),
        Command::Export(export) => export.run(cli.json),
        Command::Check(check) => check.run(),
        Command::Rollback(rollback) => rollback.run(),
        Command::Demo(demo) => demo.run(),
        Command::Demand(demand) => demand.run(),
        Command::Audit(audit) => audit.run(),
        Command::Backup(backup) => backup.run(),
        Command::Restore(restore) => restore.run(),
        Command::Organisation(organisation) => organisation.run(),
        Command::Member(member) => member.run(),
        Command::Invite(invite) => invite.run(),
        Command::Token(token) => token.run(),
        Command::TurnConfig(turn) => turn.run(cli.json),
        Command::Changeset(changeset) => changeset.run(),
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
fn programs_are_told_what_is_missing() {
    let arguments = ["cloudsite", "import", "parcels.csv"];
    let Err(error) = Cli::try_parse_from(arguments) else { panic!("a layer and a folder are missing") };
    let said = misuse(&error.to_string());
    assert!(said.contains("--layer <LAYER>") && said.contains("--data <DATA>") && !said.contains("Usage"), "{said}");
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

#[test]
fn a_file_is_checked_against_the_record_and_the_day() {
    let folder = TempDir::new().unwrap();
    let (file, data) = (path(&folder, "parcels.geojson"), path(&folder, "data"));
    let square = |properties: &str, west: f64| {
        let east = west + 0.001;
        format!(
            r#"{{"type":"Feature","properties":{properties},"geometry":{{"type":"Polygon","coordinates":
            [[[{west},31.5],[{east},31.5],[{east},31.501],[{west},31.501],[{west},31.5]]]}}}}"#
        )
    };
    let write = |features: &[String]| {
        let text = format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","));
        fs::write(&file, text).unwrap();
    };
    write(&[square(r#"{"code":"P-1","land_use":"1001","tenure":"grant","tenure_years":50}"#, 120.4)]);
    run(&["import", &file, "--layer", "parcel", "--data", &data]).unwrap();
    let done = run(&["check", "--data", &data]).unwrap();
    assert_eq!(done.members["problems"].as_array().map(Vec::len), Some(0), "{:?}", done.members);

    write(&[square(r#"{"code":"P-2","land_use":"0901","tenure":"grant","tenure_years":50}"#, 120.4005)]);
    let check = |more: &[&str]| {
        let all: Vec<&str> =
            ["check", &file, "--layer", "parcel", "--data", &data].iter().chain(more).copied().collect();
        let Err(Failure::Refused { problems: Some(refusal), .. }) = run(&all) else { panic!("it must be refused") };
        refusal.problems.into_iter().map(|problem| problem.rule).collect::<Vec<_>>()
    };
    assert_eq!(check(&[]), ["parcel.overlap", "tenure.commercial"]);
    assert_eq!(check(&["--day", "1989-12-31"]), ["parcel.overlap"], "there was no law yet");
    let misused = run(&["check", &file, "--data", &data]);
    assert!(matches!(misused, Err(Failure::Misused(_))), "a file needs its layer: {misused:?}");
}

#[test]
fn people_are_kept_without_a_server() {
    let folder = TempDir::new().unwrap();
    let (data, password) = (path(&folder, "data"), path(&folder, "password"));
    fs::write(&password, "correct horse battery\n").unwrap();
    let good: &[(&[&str], &str)] = &[
        (
            &[
                "organisation",
                "create",
                "bureau",
                "--kind",
                "bureau",
                "--name",
                "zh=规划局",
                "--language",
                "zh",
                "--tier",
                "government",
            ],
            "Made organisations/bureau",
        ),
        (
            &[
                "member",
                "create",
                "Chen",
                "--organisation",
                "bureau",
                "--role",
                "admin",
                "--email",
                "chen@example.org",
                "--password-file",
                &password,
            ],
            "Made members/1: Chen of organisations/bureau (admin)",
        ),
        (&["member", "update", "1", "--role", "editor"], "Now members/1: Chen of organisations/bureau (editor)"),
        (&["invite", "Guest", "--organisation", "bureau", "--role", "interpreter"], "Good once, for 72 hours"),
        (&["token", "create", "1", "--label", "export"], "serviceTokens/1, shown this once:\nv4.local."),
        (&["token", "revoke", "1"], "Revoked serviceTokens/1"),
        (&["token", "list"], "serviceTokens/1: export for members/1, revoked\n1 service tokens"),
        (&["member", "sign-out", "1"], "Ended 0 sessions"),
        (&["member", "update", "1", "--disable"], "Now members/1: Chen of organisations/bureau (editor, disabled)"),
        (&["member", "list"], "members/1: Chen of organisations/bureau (editor, disabled)\n1 members"),
        (&["organisation", "list"], "organisations/bureau: 规划局, Asia/Shanghai\n1 organisations"),
    ];
    for (arguments, sentence) in good {
        let done =
            run(&[arguments, &["--data", &data][..]].concat()).unwrap_or_else(|e| panic!("{arguments:?}: {e:?}"));
        let said = done.sentence.unwrap();
        assert!(said.starts_with(sentence), "{arguments:?} said {said}");
    }
    let refused: &[&[&str]] = &[
        &["member", "create", "Ito", "--organisation", "nowhere", "--role", "editor"],
        &["member", "create", "Ito", "--organisation", "bureau", "--role", "investor"],
        &["member", "update", "9", "--enable"],
        &["member", "sign-out", "9"],
        &["invite", "Guest", "--organisation", "bureau", "--role", "admin"],
        &["token", "create", "1", "--label", "x", "--role", "admin"],
        &["token", "revoke", "1"],
    ];
    for arguments in refused {
        let answer = run(&[arguments, &["--data", &data][..]].concat());
        assert!(matches!(answer, Err(Failure::Refused { .. })), "{arguments:?}: {answer:?}");
    }
}
