//! Which layers a GeoPackage holds, and in which coordinate reference system.

use cloudsite_domain::crs::Crs;
use rusqlite::{Connection, OptionalExtension};

use super::unreadable;
use crate::import::{ImportProblem, Refusal};

/// A layer of the file.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) name: String,
    pub(super) geometry_column: String,
    /// The integer primary key, by which the file numbers its features.
    pub(super) key: Option<String>,
    pub(super) crs: Option<Crs>,
    /// What the file calls its system, if that is not known here.
    pub(super) unknown_crs: Option<String>,
}

/// A name as SQL takes it.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn refuse(rule: &str, message: String) -> Refusal {
    ImportProblem::of_file(rule, message).into()
}

/// The wanted layer, or the only one, or of several the one that is called as usual.
pub(super) fn table(connection: &Connection, wanted: Option<&str>, usual: Option<&str>) -> Result<Table, Refusal> {
    if !is_table(connection, "gpkg_contents").map_err(unreadable)? {
        return Err(refuse("geopackage.contents", "it is a database, but not a GeoPackage".to_owned()));
    }
    let layers = layers(connection).map_err(unreadable)?;
    let known = || layers.join(", ");
    let usual = usual.filter(|usual| layers.iter().any(|layer| layer == usual));
    let wanted = wanted.or(usual);
    let name = match (wanted, layers.as_slice()) {
        (Some(wanted), _) if layers.iter().any(|layer| layer == wanted) => wanted.to_owned(),
        (Some(wanted), _) => {
            return Err(refuse("geopackage.layer", format!("it has no layer '{wanted}'; it has {}", known())));
        }
        (None, [only]) => only.clone(),
        (None, []) => return Err(refuse("geopackage.layer", "it has no layer of features".to_owned())),
        (None, _) => {
            return Err(refuse("geopackage.layer", format!("it has several layers; name one of {}", known())));
        }
    };
    // A view could be made to run for ever.
    if !is_table(connection, &name).map_err(unreadable)? {
        return Err(refuse("geopackage.layer", format!("layer '{name}' is not a table")));
    }
    describe(connection, name).map_err(unreadable)?.ok_or_else(|| {
        refuse("geopackage.geometry_column", "it does not say which column holds the geometry".to_owned())
    })
}

fn is_table(connection: &Connection, name: &str) -> rusqlite::Result<bool> {
    let sql = "SELECT 1 FROM sqlite_schema WHERE name = ?1 AND type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'";
    connection.query_row(sql, [name], |_| Ok(())).optional().map(|found| found.is_some())
}

/// The names of the layers of features.
pub(super) fn layers(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let sql = "SELECT table_name FROM gpkg_contents WHERE data_type = 'features' ORDER BY table_name LIMIT 1000";
    connection.prepare(sql)?.query_map([], |row| row.get(0))?.collect()
}

fn describe(connection: &Connection, name: String) -> rusqlite::Result<Option<Table>> {
    let sql = "SELECT column_name, srs_id FROM gpkg_geometry_columns WHERE table_name = ?1";
    let found: Option<(String, i64)> =
        connection.query_row(sql, [&name], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let Some((geometry_column, srs_id)) = found else { return Ok(None) };
    let sql = "SELECT organization, organization_coordsys_id FROM gpkg_spatial_ref_sys WHERE srs_id = ?1";
    let system: Option<(String, i64)> =
        connection.query_row(sql, [srs_id], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let (crs, unknown_crs) = match system {
        Some((organization, code)) if organization.eq_ignore_ascii_case("EPSG") => {
            let known = u32::try_from(code).ok().and_then(Crs::from_epsg);
            (known, known.is_none().then(|| format!("EPSG:{code}")))
        }
        Some((organization, code)) => (None, Some(format!("{organization}:{code}"))),
        None => (None, Some(format!("srs_id {srs_id}"))),
    };
    let sql = "SELECT name FROM pragma_table_info(?1) WHERE pk = 1 AND upper(type) = 'INTEGER'";
    let key = connection.query_row(sql, [&name], |row| row.get(0)).optional()?;
    Ok(Some(Table { name, geometry_column, key, crs, unknown_crs }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted() {
        assert_eq!(quoted("a\"; DROP TABLE b; --"), "\"a\"\"; DROP TABLE b; --\"");
    }

    #[test]
    fn srs_id_is_not_taken_for_an_epsg_code() {
        let connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch(
                "CREATE TABLE gpkg_geometry_columns (table_name, column_name, srs_id INTEGER);
                 CREATE TABLE gpkg_spatial_ref_sys (srs_id INTEGER, organization, organization_coordsys_id INTEGER);
                 INSERT INTO gpkg_geometry_columns VALUES ('land', 'geom', 100001);
                 INSERT INTO gpkg_spatial_ref_sys VALUES (100001, 'epsg', 4549);
                 CREATE TABLE land (number INTEGER PRIMARY KEY, geom BLOB);",
            )
            .unwrap();
        let table = describe(&connection, "land".to_owned()).unwrap().unwrap();
        assert_eq!(table.crs, Some(Crs::GaussKruger120));
        assert_eq!((table.geometry_column.as_str(), table.key.as_deref()), ("geom", Some("number")));
    }
}
