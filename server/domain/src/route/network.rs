//! The roads as a network, and what is reached by it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;

use geo_types::Coord;
use petgraph::graph::NodeIndex;
use petgraph::unionfind::UnionFind;

use super::access::{Access, access};
use super::joins::joins;
use super::lines::{Line, Lines, Spot, distance};
use super::places::Place;
use super::reach::{Edge, Graph, Reach};
use super::travel::{TravelTable, Vehicle};
use super::{Kind, Unreached};
use crate::geometry::{Shape, snap};
use crate::record::{Body, Code, Feature, Layer, RoadClass};

/// The last metres off the road are left out of a drawing where they are fewer than this.
const SEEN_M: f64 = 0.01;

/// The roads of a record, and how long it takes from each junction to the nearest place of each kind.
pub struct Network {
    travel: TravelTable,
    roads: Vec<Code>,
    lines: Lines,
    /// By line: whether a place can connect to it.
    usable: Vec<bool>,
    /// By line: the nodes on it, in order of how far along they are; one at each end.
    nodes: Vec<Vec<(f64, NodeIndex)>>,
    graph: Graph,
    places: Vec<Place>,
    goals: Vec<Goal>,
    reach: BTreeMap<(Kind, Vehicle), Reach>,
}

/// A place that is connected.
struct Goal {
    /// Which of the places.
    place: usize,
    node: NodeIndex,
    off_road_m: f64,
}

/// A way to the nearest place of a kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Way<'a> {
    /// The place.
    pub place: &'a Place,
    /// How long it takes.
    pub minutes: f64,
    /// How long it is, metres, with what is off the road.
    pub length_m: f64,
    /// How much of it is on no road of the record, metres.
    pub off_road_m: f64,
    /// The way to draw, from the place that was asked for, canonical metres.
    pub line: Vec<Coord>,
    /// The roads that it takes.
    pub roads: BTreeSet<&'a Code>,
}

/// Where a way begins: the node that is gone to first, and how far along its line that is.
struct Start {
    node: NodeIndex,
    along_m: f64,
    micros: u64,
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (nodes, edges) = self.size();
        write!(f, "a network of {nodes} junctions and {edges} stretches")
    }
}

impl Network {
    /// The network of a record's roads, points of interest and utilities; other features are passed over. It depends on their
    /// order only where ways take equally long.
    pub fn new<'a>(features: impl Iterator<Item = &'a Feature>, travel: &TravelTable) -> Self {
        let (mut roads, mut drawn, mut places) = (Vec::new(), Vec::new(), Vec::new());
        for feature in features {
            if let (Body::Road(road), Shape::Lines(lines)) = (&feature.body, &feature.shape) {
                if travel.opens(road.class) {
                    let index = roads.len() as u32;
                    roads.push(feature.code.clone());
                    let whole = lines.iter().filter(|line| line.0.len() > 1);
                    drawn.extend(whole.map(|line| Line::new(index, road.class, road.width_m, line)));
                }
            } else if let Some(place) = Place::of(feature) {
                places.push((place, &feature.shape));
            }
        }
        let lines = Lines::new(drawn);
        let joins = joins(&lines, travel.meets_within_m);
        let usable = usable(&lines, &joins);
        let ramps = ramps(&lines, &joins, &roads);
        let spots: Vec<Option<Access>> = places
            .iter()
            .map(|(_, shape)| access(&lines, &usable, shape, travel.connects_within_m))
            .chain(ramps.iter().map(|(place, spot)| Some(Access { spot: *spot, from: place.at, off_road_m: 0.0 })))
            .collect();
        let places: Vec<Place> =
            places.into_iter().map(|(place, _)| place).chain(ramps.into_iter().map(|(place, _)| place)).collect();
        let mut laid = Laid::new(&lines);
        for (one, other) in joins {
            laid.join(one, other);
        }
        let goal = |(place, access): (usize, &Option<Access>)| {
            let access = (*access)?;
            Some(Goal { place, node: laid.node(access.spot), off_road_m: access.off_road_m })
        };
        let goals = spots.iter().enumerate().filter_map(goal).collect();
        let (graph, nodes) = laid.finish();
        let travel = travel.clone();
        let mut network = Self { travel, roads, lines, usable, nodes, graph, places, goals, reach: BTreeMap::new() };
        network.search();
        network
    }

    fn search(&mut self) {
        for kind in Kind::ALL {
            for vehicle in Vehicle::ALL {
                let of_kind = self.goals.iter().filter(|goal| self.places[goal.place].kind == *kind);
                let goals: Vec<(NodeIndex, u64)> =
                    of_kind.filter_map(|goal| Some((goal.node, self.off_road(goal.off_road_m, *vehicle)?))).collect();
                let reach = Reach::to(&mut self.graph, &self.travel, *vehicle, &goals);
                self.reach.insert((*kind, *vehicle), reach);
            }
        }
    }

    /// What is off the road is driven as slowly as a lane.
    fn off_road(&self, length_m: f64, vehicle: Vehicle) -> Option<u64> {
        self.travel.micros(length_m, RoadClass::Service, vehicle)
    }

    /// All that is assumed.
    pub const fn travel(&self) -> &TravelTable {
        &self.travel
    }

    /// The places that can be gone to, connected or not.
    pub fn places(&self) -> &[Place] {
        &self.places
    }

    /// How many junctions and ends there are, and how many stretches of road between them.
    pub fn size(&self) -> (usize, usize) {
        (self.graph.node_count(), self.graph.edge_count())
    }

    /// How many minutes a vehicle takes from a shape to the nearest place of each of some kinds.
    pub fn minutes(&self, from: &Shape, asked: &[(Kind, Vehicle)]) -> Vec<Result<f64, Unreached>> {
        let access = self.access(from);
        let minutes = |(kind, vehicle): &(Kind, Vehicle)| {
            let start = self.start(access.as_ref(), *kind, *vehicle)?;
            Ok(minutes_of(start.micros))
        };
        asked.iter().map(minutes).collect()
    }

    /// The way of a vehicle from a shape to the place of a kind that is the nearest by time.
    pub fn way(&self, from: &Shape, kind: Kind, vehicle: Vehicle) -> Result<Way<'_>, Unreached> {
        let access = self.access(from);
        let start = self.start(access.as_ref(), kind, vehicle)?;
        // A start without an access there is none of.
        let access = access.ok_or(Unreached::NoRoadNear)?;
        let reach = self.reach.get(&(kind, vehicle)).ok_or(Unreached::NotConnected)?;
        let (end, edges) = reach.way(&self.graph, &self.travel, vehicle, start.node);
        let goal = self.goal(end, reach, kind, vehicle).ok_or(Unreached::NotConnected)?;
        let place = &self.places[goal.place];

        let mut courses = vec![(access.spot.line, access.spot.along_m, start.along_m)];
        courses.extend(edges.iter().filter_map(|(edge, forwards)| {
            let (line, from, to) = edge.course?;
            Some(if *forwards { (line, from, to) } else { (line, to, from) })
        }));
        let mut line: Vec<Coord> = Vec::new();
        if access.off_road_m > SEEN_M {
            line.push(access.from);
        }
        line.extend(courses.iter().flat_map(|(of, from, to)| self.lines.line(*of).between(*from, *to)));
        if goal.off_road_m > SEEN_M {
            line.push(place.at);
        }
        let mut line: Vec<Coord> = line.into_iter().map(snap).collect();
        line.dedup();
        let off_road_m = access.off_road_m + goal.off_road_m;
        let on_road_m: f64 = edges.iter().map(|(edge, _)| edge.length_m).sum();
        Ok(Way {
            place,
            minutes: minutes_of(start.micros),
            length_m: off_road_m + (access.spot.along_m - start.along_m).abs() + on_road_m,
            off_road_m,
            line,
            roads: courses.iter().map(|(of, ..)| &self.roads[self.lines.line(*of).road as usize]).collect(),
        })
    }

    fn access(&self, from: &Shape) -> Option<Access> {
        access(&self.lines, &self.usable, from, self.travel.connects_within_m)
    }

    /// The place of a kind that a way ends at.
    fn goal(&self, end: NodeIndex, reach: &Reach, kind: Kind, vehicle: Vehicle) -> Option<&Goal> {
        let here = self.goals.iter().filter(|goal| goal.node == end && self.places[goal.place].kind == kind);
        here.filter(|goal| self.off_road(goal.off_road_m, vehicle) == reach.from(end)).min_by_key(|goal| goal.place)
    }

    fn start(&self, access: Option<&Access>, kind: Kind, vehicle: Vehicle) -> Result<Start, Unreached> {
        if !self.places.iter().any(|place| place.kind == kind) {
            return Err(Unreached::NoSuchPlace);
        }
        let Access { spot, off_road_m, .. } = *access.ok_or(Unreached::NoRoadNear)?;
        let reach = self.reach.get(&(kind, vehicle)).ok_or(Unreached::NotConnected)?;
        let (nodes, class) = (&self.nodes[spot.line as usize], self.lines.line(spot.line).class);
        let after = nodes.partition_point(|(along_m, _)| *along_m <= spot.along_m).clamp(1, nodes.len() - 1);
        let starts = nodes[after - 1..=after].iter().filter_map(|&(along_m, node)| {
            let to_road = self.off_road(off_road_m, vehicle)?;
            let to_node = self.travel.micros((spot.along_m - along_m).abs(), class, vehicle)?;
            Some(Start { node, along_m, micros: to_road + to_node + reach.from(node)? })
        });
        starts.min_by_key(|start| start.micros).ok_or(Unreached::NotConnected)
    }

    /// How many minutes a vehicle takes from a node to every node; none where there is no way.
    #[cfg(test)]
    pub(super) fn all_from(&self, node: usize, vehicle: Vehicle) -> Vec<Option<u64>> {
        let reach = Reach::to(&mut self.graph.clone(), &self.travel, vehicle, &[(NodeIndex::new(node), 0)]);
        self.graph.node_indices().map(|node| reach.from(node)).collect()
    }
}

fn minutes_of(micros: u64) -> f64 {
    micros as f64 / 60e6
}

/// Which lines hang together with a street, and are not themselves free of junctions.
fn usable(lines: &Lines, joins: &[(Spot, Spot)]) -> Vec<bool> {
    let mut together = UnionFind::<u32>::new(lines.all.len());
    for (one, other) in joins {
        together.union(one.line, other.line);
    }
    let mut has_street = vec![false; lines.all.len()];
    for (index, _) in lines.all.iter().enumerate().filter(|(_, line)| line.is_street()) {
        has_street[together.find(index as u32) as usize] = true;
    }
    let of = |(index, line): (usize, &Line)| !line.is_free() && has_street[together.find(index as u32) as usize];
    lines.all.iter().enumerate().map(of).collect()
}

/// Where ramps leave streets.
fn ramps(lines: &Lines, joins: &[(Spot, Spot)], roads: &[Code]) -> Vec<(Place, Spot)> {
    let directed = joins.iter().flat_map(|(one, other)| [(one, other), (other, one)]);
    let ramp = |(ramp, street): (&Spot, &Spot)| {
        let line = lines.line(ramp.line);
        (line.class == RoadClass::Ramp && lines.line(street.line).is_street()).then(|| {
            let code = roads[line.road as usize].clone();
            (Place { kind: Kind::Ramp, layer: Layer::Road, code, at: lines.at(*street) }, *street)
        })
    };
    directed.filter_map(ramp).collect()
}

/// A network while it is laid out.
struct Laid<'a> {
    lines: &'a Lines,
    graph: Graph,
    nodes: Vec<Vec<(f64, NodeIndex)>>,
    /// By millimetre, and whether what they are on is free of junctions.
    known: HashMap<(i64, i64, bool), NodeIndex>,
}

impl<'a> Laid<'a> {
    fn new(lines: &'a Lines) -> Self {
        let nodes = vec![Vec::new(); lines.all.len()];
        let mut laid = Self { lines, graph: Graph::default(), nodes, known: HashMap::new() };
        for (index, line) in lines.all.iter().enumerate() {
            for along_m in [0.0, line.length_m()] {
                laid.node(Spot { line: index as u32, along_m });
            }
        }
        laid
    }

    /// The node at a spot.
    fn node(&mut self, spot: Spot) -> NodeIndex {
        let (at, line) = (self.lines.at(spot), self.lines.line(spot.line));
        let millimetres = |metres: f64| (metres * 1000.0).round() as i64;
        let key = (millimetres(at.x), millimetres(at.y), line.is_free());
        let node = *self.known.entry(key).or_insert_with(|| self.graph.add_node(()));
        self.nodes[spot.line as usize].push((spot.along_m, node));
        node
    }

    /// Lets one change from one spot to another.
    fn join(&mut self, one: Spot, other: Spot) {
        let (from, to) = (self.node(one), self.node(other));
        if from != to {
            let length_m = distance(self.lines.at(one), self.lines.at(other));
            let classes = [one, other].map(|spot| self.lines.line(spot.line).class);
            self.graph.add_edge(from, to, Edge { length_m, classes, course: None });
        }
    }

    /// The graph, with the stretches of road between the nodes, and the nodes of each line.
    fn finish(mut self) -> (Graph, Vec<Vec<(f64, NodeIndex)>>) {
        for (index, nodes) in self.nodes.iter_mut().enumerate() {
            nodes.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            let class = self.lines.all[index].class;
            for pair in nodes.windows(2) {
                let ((begin, from), (end, to)) = (pair[0], pair[1]);
                if from != to {
                    let course = Some((index as u32, begin, end));
                    self.graph.add_edge(from, to, Edge { length_m: end - begin, classes: [class; 2], course });
                }
            }
        }
        (self.graph, self.nodes)
    }
}
