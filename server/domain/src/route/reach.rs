//! How long it takes from each node of the network to the nearest place of a kind.

use petgraph::algo::dijkstra;
use petgraph::graph::{NodeIndex, UnGraph};
use petgraph::visit::{EdgeFiltered, EdgeRef};

use super::travel::{TravelTable, Vehicle};
use crate::record::RoadClass;

/// From one node to the next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Edge {
    pub(super) length_m: f64,
    /// The slower of what is driven on counts.
    pub(super) classes: [RoadClass; 2],
    /// The line, and between which distances along it; none from one line to another. In the direction of the edge.
    pub(super) course: Option<(u32, f64, f64)>,
}

impl Edge {
    /// How long a vehicle takes, microseconds; none if it may not go there.
    pub(super) fn micros(&self, travel: &TravelTable, vehicle: Vehicle) -> Option<u64> {
        let [one, other] = self.classes.map(|class| travel.micros(self.length_m, class, vehicle));
        Some(one?.max(other?))
    }
}

/// The nodes and what leads from one to another, both ways.
pub(super) type Graph = UnGraph<(), Edge>;

/// From nowhere.
const NEVER: u64 = u64::MAX;

/// How long it takes from each node to the nearest of some.
#[derive(Debug, Clone)]
pub(super) struct Reach(Vec<u64>);

impl Reach {
    /// To the nearest of `goals`, each of which takes so many microseconds more from its node.
    pub(super) fn to(graph: &mut Graph, travel: &TravelTable, vehicle: Vehicle, goals: &[(NodeIndex, u64)]) -> Self {
        let mut micros = vec![NEVER; graph.node_count()];
        // One search from a node that is as far from each goal as its own last metres take.
        let source = graph.add_node(());
        let edge = Edge { length_m: 0.0, classes: [RoadClass::Service; 2], course: None };
        let edges: Vec<_> = goals.iter().map(|(node, micros)| (graph.add_edge(source, *node, edge), *micros)).collect();
        let extra = |id| edges.iter().find(|(edge, _)| *edge == id).map(|(_, micros)| *micros);
        let first = edges.first().map(|(edge, _)| *edge);
        let cost = |id, edge: &Edge| match first {
            Some(first) if id >= first => extra(id),
            _ => edge.micros(travel, vehicle),
        };
        let open = EdgeFiltered::from_fn(&*graph, |edge| cost(edge.id(), edge.weight()).is_some());
        let found = dijkstra(&open, source, None, |edge| cost(edge.id(), edge.weight()).unwrap_or(NEVER / 2));
        for (node, took) in found {
            if let Some(micros) = micros.get_mut(node.index()) {
                *micros = took;
            }
        }
        graph.remove_node(source);
        Self(micros)
    }

    /// From a node, microseconds; none if there is no way.
    pub(super) fn from(&self, node: NodeIndex) -> Option<u64> {
        Some(self.0[node.index()]).filter(|micros| *micros != NEVER)
    }

    /// The nodes of the fastest way from one to where it ends, and the edges between: at each, of several equally fast
    /// ones, the edge that was there first.
    pub(super) fn way(
        &self,
        graph: &Graph,
        travel: &TravelTable,
        vehicle: Vehicle,
        from: NodeIndex,
    ) -> (NodeIndex, Vec<(Edge, bool)>) {
        let (mut node, mut edges) = (from, Vec::new());
        loop {
            let here = self.from(node);
            let leads = |edge: &petgraph::graph::EdgeReference<'_, Edge>| {
                let next = if edge.source() == node { edge.target() } else { edge.source() };
                let after = edge.weight().micros(travel, vehicle).zip(self.from(next)).map(|(own, rest)| own + rest);
                after.is_some() && after == here
            };
            let Some(edge) = graph.edges(node).filter(leads).min_by_key(EdgeRef::id) else { return (node, edges) };
            // An edge is as it was put in, whichever way it is found.
            let Some((begin, end)) = graph.edge_endpoints(edge.id()) else { return (node, edges) };
            let forwards = begin == node;
            edges.push((*edge.weight(), forwards));
            node = if forwards { end } else { begin };
        }
    }
}
