//! Second opinions against pymcdm: 60 problems of `../shared/data/oracle_mcda.json`.

use std::fs;
use std::path::Path;

use cloudsite_domain::siting::{Decision, Method};
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    matrix: Vec<Vec<f64>>,
    weights: Vec<f64>,
    types: Vec<i8>,
    topsis_minmax: Vec<f64>,
    vikor_q: Vec<f64>,
    promethee2_usual: Vec<f64>,
}

#[test]
fn each_method_gives_what_pymcdm_gives() {
    let path = Path::new("../../../shared/data/oracle_mcda.json");
    let Ok(text) = fs::read_to_string(path) else {
        eprintln!("skipped: {} is not there", path.display());
        return;
    };
    let cases: Vec<Case> = serde_json::from_str(&text).expect("the file holds cases");
    assert_eq!(cases.len(), 60);
    for (number, case) in cases.into_iter().enumerate() {
        let decision = Decision {
            rows: case.matrix,
            weights: case.weights,
            more_is_better: case.types.iter().map(|kind| *kind > 0).collect(),
        };
        let told = [
            (Method::Topsis, case.topsis_minmax),
            // The less, the better.
            (Method::Vikor, case.vikor_q.into_iter().map(|q| -q).collect()),
            (Method::PrometheeIi, case.promethee2_usual),
        ];
        for (method, expected) in told {
            let found = decision.scores(method);
            let apart = found.iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            assert!(
                found.len() == expected.len() && apart < 1e-12,
                "case {number}, {method}: {found:?}, not {expected:?}"
            );
        }
    }
}
