//! From features as the file has them to features of the record.

use std::collections::{BTreeMap, HashMap};

use cloudsite_domain::crs::Crs;
use cloudsite_domain::record::{Code, Feature, Layer};

use super::place::Placer;
use super::properties::Properties;
use super::source::{RawFeature, Source};
use super::system::System;
use super::{ImportOptions, ImportProblem, Refusal, fields, suspect, table};

/// All features of `source`, or all that is wrong with them.
pub(super) fn features(source: Source, options: &ImportOptions) -> Result<Vec<Feature>, Refusal> {
    if let Some(problem) = source.placeless {
        return Err(problem.into());
    }
    let crs = match crs(&source, options) {
        Ok(crs) => crs,
        Err(problem) => {
            let mut refusal = Refusal::default();
            refusal.extend(source.problems);
            refusal.push(problem);
            return Err(refusal);
        }
    };
    let system = System { crs, swap_axes: options.swap_axes, datum: options.datum.unwrap_or_default() };
    // Nothing can be said of shapes that are not where they are said to be.
    if let Some(problem) = suspect::look(&source, system, options) {
        return Err(problem.into());
    }
    let mut refusal = Refusal::default();
    refusal.extend(unused_mappings(&source, options));
    refusal.extend(source.problems);
    let mut assembly = Assembly { options, system, placers: BTreeMap::new(), codes: HashMap::new() };
    let mut features = Vec::with_capacity(source.features.len());
    for raw in source.features {
        match assembly.feature(raw) {
            Ok(feature) => features.push(feature),
            Err(problems) => refusal.extend(problems),
        }
    }
    refusal.unless_empty(features)
}

fn crs(source: &Source, options: &ImportOptions) -> Result<Crs, ImportProblem> {
    let refuse = |rule: &str, message: String| ImportProblem::of_file(rule, message).in_field("crs");
    match (options.crs, source.crs, &source.unknown_crs) {
        (Some(crs), _, _) | (None, Some(crs), _) => Ok(crs),
        (None, None, Some(name)) => Err(refuse(
            "crs.known",
            format!(
                "its coordinate reference system {name} is not known; known are EPSG:4490, 4326, 4549, 4528, 3857, 32650 \
                 and 32651"
            ),
        )),
        (None, None, None) => {
            Err(refuse("crs.present", "it does not name its coordinate reference system; say --crs EPSG:n".to_owned()))
        }
    }
}

/// A mapping from an attribute that no feature has is a slip of the pen.
fn unused_mappings(source: &Source, options: &ImportOptions) -> Vec<ImportProblem> {
    let unused = options.mapping.iter().filter(|(field, attribute)| {
        // The reader of a table has taken those away.
        !table::PLACE_FIELDS.contains(&field.as_str())
            && !source.features.is_empty()
            && !source.features.iter().any(|raw| raw.properties.contains_key(*attribute))
    });
    unused
        .map(|(field, attribute)| {
            let message = format!("no feature has the attribute '{attribute}' that it is mapped to");
            ImportProblem::of_file("mapping.attribute", message).in_field(field)
        })
        .collect()
}

struct Assembly<'a> {
    options: &'a ImportOptions,
    system: System,
    placers: BTreeMap<Layer, Placer>,
    /// The number of the feature that has a code.
    codes: HashMap<(Layer, Code), u64>,
}

impl Assembly<'_> {
    fn feature(&mut self, raw: RawFeature) -> Result<Feature, Vec<ImportProblem>> {
        let mut properties = Properties::new(raw.properties, &self.options.mapping);
        let layer = match self.options.layer {
            Some(layer) => Some(layer),
            None => properties.required::<Layer>("layer"),
        };
        let own = properties.text("code").or(raw.id);
        let text = own.unwrap_or_else(|| format!("{}.{}", self.options.file_stem, raw.number));
        let code: Option<Code> = text.parse().map_err(|error| properties.refuse("code", "code.valid", error)).ok();
        let label = code.as_ref().map_or_else(|| format!("feature {}", raw.number), Code::to_string);
        let mut problems = Vec::new();
        if let (Some(layer), Some(code)) = (layer, &code)
            && let Some(first) = self.codes.insert((layer, code.clone()), raw.number)
        {
            let message = format!("features {first} and {} both have the code '{code}'", raw.number);
            problems.push(ImportProblem::of_feature(&label, "code.unique", message).in_field("code"));
        }
        let shape = match (&raw.geometry, layer) {
            (Some(geometry), Some(layer)) => {
                let placer = self.placers.entry(layer).or_insert_with(|| Placer::new(self.system, layer));
                placer.shape(&label, geometry).map_err(|wrong| problems.extend(wrong)).ok()
            }
            (Some(_), None) => None,
            (None, _) => {
                problems.push(ImportProblem::of_feature(&label, "geometry.present", "it has no geometry"));
                None
            }
        };
        let names = fields::names(&mut properties);
        let body = layer.and_then(|layer| fields::body(layer, &mut properties, shape.as_ref()));
        let (attributes, wrong) = properties.finish(&label);
        problems.extend(wrong);
        match (code, shape, body) {
            (Some(code), Some(shape), Some(body)) if problems.is_empty() => {
                Ok(Feature { code, names, shape, body, attributes })
            }
            _ => Err(problems),
        }
    }
}
