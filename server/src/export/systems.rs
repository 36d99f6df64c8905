//! The record's coordinate reference system, EPSG:4549, as other programs write it.

/// Its EPSG code.
pub(super) const EPSG: i32 = 4549;

/// Its name in the EPSG register.
pub(super) const NAME: &str = "CGCS2000 / 3-degree Gauss-Kruger CM 120E";

/// WKT 1 as OGC has it.
pub(super) const OGC_WKT: &str = concat!(
    r#"PROJCS["CGCS2000 / 3-degree Gauss-Kruger CM 120E",GEOGCS["China Geodetic Coordinate System 2000","#,
    r#"DATUM["China_2000",SPHEROID["CGCS2000",6378137,298.257222101,AUTHORITY["EPSG","1024"]],AUTHORITY["EPSG","1043"]],"#,
    r#"PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],"#,
    r#"AUTHORITY["EPSG","4490"]],PROJECTION["Transverse_Mercator"],PARAMETER["latitude_of_origin",0],"#,
    r#"PARAMETER["central_meridian",120],PARAMETER["scale_factor",1],PARAMETER["false_easting",500000],"#,
    r#"PARAMETER["false_northing",0],UNIT["metre",1,AUTHORITY["EPSG","9001"]],AUTHORITY["EPSG","4549"]]"#,
);

/// WKT 1 as ESRI has it, for `.prj` files.
pub(super) const ESRI_WKT: &str = concat!(
    r#"PROJCS["CGCS2000_3_Degree_GK_CM_120E",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000","#,
    r#"DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],"#,
    r#"UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",500000.0],"#,
    r#"PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",120.0],PARAMETER["Scale_Factor",1.0],"#,
    r#"PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]"#,
);
