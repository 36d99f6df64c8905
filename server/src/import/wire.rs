//! Layers, problems and answers of an import as the wire has them, and back.

use cloudsite_domain::geometry::Place;
use cloudsite_domain::record::{Layer, Revision};
use cloudsite_proto::land as wire;
use geo_types::Coord;

use super::{Applied, ImportProblem, Refusal};

/// The layer of the wire that is the record's: both spell it alike.
pub(super) fn layer_to_wire(layer: Layer) -> wire::Layer {
    wire::Layer::from_str_name(&format!("LAYER_{}", layer.as_str().to_ascii_uppercase())).unwrap_or_default()
}

/// The layer of the record that is the wire's, if it is one.
pub(super) fn layer_from_wire(layer: i32) -> Option<Layer> {
    let name = wire::Layer::try_from(layer).ok()?.as_str_name();
    name.strip_prefix("LAYER_")?.to_ascii_lowercase().parse().ok()
}

fn problem_to_wire(problem: &ImportProblem) -> wire::ImportProblem {
    let number =
        |number: fn(&Place) -> usize| problem.place.as_ref().and_then(|place| u32::try_from(number(place)).ok());
    wire::ImportProblem {
        feature: problem.feature.clone(),
        rule: problem.rule.clone(),
        message: problem.message.clone(),
        field: problem.field.clone(),
        part: number(|place| place.part),
        ring: number(|place| place.ring),
        vertex: number(|place| place.vertex),
        x: problem.place.map(|place| place.at.x),
        y: problem.place.map(|place| place.at.y),
    }
}

fn problem_from_wire(problem: wire::ImportProblem) -> ImportProblem {
    let wire::ImportProblem { feature, rule, message, field, part, ring, vertex, x, y } = problem;
    let number = |number: Option<u32>| number.unwrap_or_default() as usize;
    let place = x.zip(y).map(|(x, y)| Place {
        part: number(part),
        ring: number(ring),
        vertex: number(vertex),
        at: Coord { x, y },
    });
    ImportProblem { feature, rule, message, field, place }
}

pub(super) fn applied_to_wire(applied: Applied) -> wire::ImportFileResponse {
    wire::ImportFileResponse {
        revision: applied.revision.map_or(0, |revision| revision.0),
        created: applied.created,
        updated: applied.updated,
        unchanged: applied.unchanged,
        ..wire::ImportFileResponse::default()
    }
}

pub(super) fn refusal_to_wire(refusal: &Refusal) -> wire::ImportFileResponse {
    wire::ImportFileResponse {
        problems: refusal.problems.iter().map(problem_to_wire).collect(),
        problem_count: refusal.count,
        ..wire::ImportFileResponse::default()
    }
}

pub(super) fn from_wire(response: wire::ImportFileResponse) -> Result<Applied, Refusal> {
    if response.problem_count > 0 {
        let problems = response.problems.into_iter().map(problem_from_wire).collect();
        return Err(Refusal { problems, count: response.problem_count });
    }
    Ok(Applied {
        revision: (response.revision > 0).then_some(Revision(response.revision)),
        created: response.created,
        updated: response.updated,
        unchanged: response.unchanged,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_layer_has_a_number_on_the_wire() {
        for layer in Layer::ALL {
            assert_eq!(layer_from_wire(layer_to_wire(*layer).into()), Some(*layer));
        }
        assert_eq!(layer_from_wire(0), None);
        assert_eq!(layer_from_wire(99), None);
    }

    #[test]
    fn a_refusal_comes_over_whole() {
        let place = Place { part: 1, ring: 2, vertex: 3, at: Coord { x: 120.5, y: 31.25 } };
        let mut refusal = Refusal::default();
        refusal.push(ImportProblem::of_feature("P-1", "geometry.ring_simple", "it crosses itself").at(Some(place)));
        refusal.push(ImportProblem::of_file("crs.known", "it is not known").in_field("crs"));
        assert_eq!(from_wire(refusal_to_wire(&refusal)), Err(refusal));
    }
}
