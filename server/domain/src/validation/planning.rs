//! Parcels against the rule table, and plans that contradict themselves.

use super::{Context, Merged, Parameter, PlanRule, Problem, Severity, Situation};
use crate::record::{Body, Building, BuildingUse, Feature, Parcel};

/// Checks land use, plot ratio and tenure.
pub(super) fn check(
    feature: &Feature,
    parcel: &Parcel,
    merged: &Merged<'_>,
    context: &Context<'_>,
    problems: &mut Vec<Problem>,
) {
    let buildings = merged.buildings_on(feature);
    let is_standard = buildings.iter().any(|(_, building)| building.usage == BuildingUse::StandardFactory);
    let situation = Situation {
        day: context.day,
        region: context.region,
        land_use: parcel.land_use.as_ref(),
        building_use: is_standard.then_some(BuildingUse::StandardFactory),
        tenure: parcel.tenure.as_ref().map(|tenure| tenure.kind),
    };
    problems.extend(land_use(feature, parcel, context));
    problems.extend(plot_ratio(feature, parcel, context, &situation));
    problems.extend(reachable(feature, parcel, context, &situation));
    problems.extend(tenure(feature, parcel, context, &situation));
    problems.extend(built(feature, parcel, &buildings, context, &situation));
}

fn land_use(feature: &Feature, parcel: &Parcel, context: &Context<'_>) -> Option<Problem> {
    let (code, known) = (parcel.land_use.as_ref()?, context.rules.classification(context.day)?);
    (!known.knows(code)).then(|| {
        let message = format!("the land-use code {code} is not one of {}", known.source);
        Problem::error("land_use.known", feature, message).in_field("land_use")
    })
}

/// A problem of a rule in the table, with the rule's id, severity and source.
fn of_rule(rule: &PlanRule, severity: Severity, feature: &Feature, message: String) -> Problem {
    Problem::new(rule.id.clone(), severity, feature, format!("{message} ({})", rule.source))
}

/// A plot ratio of which nothing is known breaks no rule.
fn plot_ratio(feature: &Feature, parcel: &Parcel, context: &Context<'_>, situation: &Situation<'_>) -> Option<Problem> {
    let rule = context.rules.rule(Parameter::PlotRatio, situation)?;
    let (least, bounds) = (rule.at_least?, parcel.plot_ratio);
    match (bounds.min, bounds.max) {
        (_, Some(max)) if max < least => {
            let message = format!("the plot ratio may be {max} at most, where {least} is the least");
            Some(of_rule(rule, rule.severity, feature, message).in_field("plot_ratio_max").mended_with(least))
        }
        (Some(min), _) if min < least => {
            let message = format!("a plot ratio of {min} would do, where {least} is the least");
            Some(of_rule(rule, rule.severity, feature, message).in_field("plot_ratio_min").mended_with(least))
        }
        (None, Some(_)) => {
            let message = format!("there is no lower bound on the plot ratio, where {least} is the least");
            Some(of_rule(rule, Severity::Note, feature, message).in_field("plot_ratio_min").mended_with(least))
        }
        _ => None,
    }
}

/// Whether coverage times storeys can make the least plot ratio at all.
fn reachable(feature: &Feature, parcel: &Parcel, context: &Context<'_>, situation: &Situation<'_>) -> Option<Problem> {
    let (least, limit_m) = (parcel.plot_ratio.min?, parcel.height_limit_m.filter(|limit_m| *limit_m > 0.0)?);
    let storey_m =
        context.rules.rule(Parameter::StoreyHeight, situation)?.at_least.filter(|storey_m| *storey_m > 0.0)?;
    let counted_once_m = context.rules.rule(Parameter::StoreyCountedOnce, situation).and_then(|rule| rule.at_most);
    let storeys = |each_m: f64| (limit_m / each_m + 1e-9).floor();
    let counted = counted_once_m.map_or(0.0, |each_m| 2.0 * storeys(each_m)).max(storeys(storey_m));
    let coverage = parcel.site_coverage.max.unwrap_or(1.0).min(1.0 - parcel.green_ratio.min.unwrap_or(0.0));
    let most = coverage * counted;
    (most < least - 1e-9).then(|| {
        let message = format!(
            "a plot ratio of {least} cannot be reached: {coverage} of the land times {counted} storeys below {limit_m} m \
             is {most:.2}"
        );
        Problem::error("plan.reachable", feature, message).in_field("plot_ratio_min")
    })
}

fn tenure(feature: &Feature, parcel: &Parcel, context: &Context<'_>, situation: &Situation<'_>) -> Option<Problem> {
    let tenure = parcel.tenure.as_ref()?;
    let years = f64::from(tenure.years);
    if tenure.years == 0 {
        let message = "a tenure of 0 years is none".to_owned();
        return Some(Problem::error("value.range", feature, message).in_field("tenure_years"));
    }
    // Without a land use only the widest rule could apply, and it need not.
    parcel.land_use.as_ref()?;
    let rule = context.rules.rule(Parameter::TenureYears, situation)?;
    let most = rule.at_most.filter(|most| years > *most)?;
    let message = format!("a tenure of {years} years, where {most} are the most");
    Some(of_rule(rule, rule.severity, feature, message).in_field("tenure_years").mended_with(most))
}

/// The floor area that stands on the parcel, counted as the plan counts it; nothing is said if a building's storeys are
/// unknown.
fn built(
    feature: &Feature,
    parcel: &Parcel,
    buildings: &[(&Feature, &Building)],
    context: &Context<'_>,
    situation: &Situation<'_>,
) -> Option<Problem> {
    let (most, land_m2) = (parcel.plot_ratio.max?, feature.shape.area_m2());
    let rule = context.rules.rule(Parameter::StoreyCountedOnce, situation);
    let counted_once_m = rule.and_then(|rule| rule.at_most).unwrap_or(f64::INFINITY);
    let counted_m2 = |(feature, building): &(&Feature, &Building)| {
        let floors = f64::from(building.floors.filter(|floors| *floors > 0)?);
        let times = if building.height_m / floors > counted_once_m { 2.0 } else { 1.0 };
        Some(feature.shape.area_m2() * floors * times)
    };
    let floor_m2: f64 = buildings.iter().map(counted_m2).sum::<Option<f64>>()?;
    let ratio = floor_m2 / land_m2;
    (ratio > most * 1.001).then(|| {
        let message = format!("what stands there has a plot ratio of {ratio:.2}, where {most} is the most");
        Problem::warning("parcel.built_ratio", feature, message).in_field("plot_ratio_max")
    })
}

impl<'a> Merged<'a> {
    /// The buildings that say of themselves that they stand on a parcel.
    fn buildings_on(&self, parcel: &Feature) -> Vec<(&'a Feature, &'a Building)> {
        let put = self.built.get(&parcel.code).into_iter().flatten().map(|index| &self.puts[*index]);
        let kept = self.kept_near(crate::record::Layer::Building, parcel.shape.bounds());
        let both = put.chain(kept).filter_map(|feature| match &feature.body {
            Body::Building(building) if building.parcel.as_ref() == Some(&parcel.code) => Some((feature, building)),
            _ => None,
        });
        both.collect()
    }
}
