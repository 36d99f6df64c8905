//! Zip archives from someone else, which may be made to fill the memory: a few kilobytes can unpack to terabytes.

use std::io::{Read, Seek};

use zip::ZipArchive;

use super::ImportProblem;

/// The most files that an archive may hold. A Shapefile has ten or so, a workbook some hundred.
const MOST_ENTRIES: usize = 2_000;

/// The most bytes that an archive may unpack to: as many as a file may have that is not packed.
pub(super) const MOST_UNPACKED_BYTES: u64 = super::MOST_FILE_BYTES;

/// How many times its packed size a file may have. Tables of repeated texts come to 50; bombs begin near 1,000.
const MOST_TIMES: u64 = 300;

/// Files of this size are taken however well they are packed.
const SMALL_BYTES: u64 = 1024 * 1024;

/// An archive of which no more is unpacked than may be.
pub(super) struct Archive<R> {
    zip: ZipArchive<R>,
    left: u64,
}

impl<R: Read + Seek> Archive<R> {
    /// Opens the archive in `packed`.
    pub(super) fn open(packed: R) -> Result<Self, ImportProblem> {
        let zip = ZipArchive::new(packed).map_err(unreadable)?;
        if zip.len() > MOST_ENTRIES {
            let message = format!("it holds {} files, and at most {MOST_ENTRIES} are taken", zip.len());
            return Err(ImportProblem::of_file("archive.entries", message));
        }
        Ok(Self { zip, left: MOST_UNPACKED_BYTES })
    }

    /// The names of the files in it, folders left out.
    pub(super) fn names(&mut self) -> Result<Vec<String>, ImportProblem> {
        let mut names = Vec::with_capacity(self.zip.len());
        for index in 0..self.zip.len() {
            let name = self.zip.name_for_index(index).transpose().map_err(unreadable)?;
            names.extend(name.filter(|name| !name.ends_with('/')).map(std::borrow::Cow::into_owned));
        }
        Ok(names)
    }

    /// Unpacks the file of that name. What the archive says of its size is not relied on.
    pub(super) fn unpack(&mut self, name: &str) -> Result<Vec<u8>, ImportProblem> {
        let file = self.zip.by_name(name).map_err(unreadable)?;
        let most = file.compressed_size().saturating_mul(MOST_TIMES).max(SMALL_BYTES).min(self.left);
        let mut bytes = Vec::new();
        file.take(most + 1).read_to_end(&mut bytes).map_err(|error| {
            ImportProblem::of_file("archive.readable", format!("{name} in it cannot be unpacked ({error})"))
        })?;
        if bytes.len() as u64 > most {
            let message = format!(
                "{name} in it unpacks to more than {most} bytes: at most {MOST_TIMES} times its packed size and \
                 {MOST_UNPACKED_BYTES} bytes altogether are taken"
            );
            return Err(ImportProblem::of_file("archive.size", message));
        }
        self.left -= bytes.len() as u64;
        Ok(bytes)
    }
}

fn unreadable(error: zip::result::ZipError) -> ImportProblem {
    ImportProblem::of_file("archive.readable", format!("it cannot be read as a zip archive ({error})"))
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use zip::write::{SimpleFileOptions, ZipWriter};

    use super::*;

    fn packed(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in files {
            zip.start_file(*name, SimpleFileOptions::default()).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    #[test]
    fn files_are_unpacked_by_name() {
        let bytes = packed(&[("a/land.shp", b"shapes"), ("a/land.dbf", b"rows")]);
        let mut archive = Archive::open(Cursor::new(&bytes)).unwrap();
        assert_eq!(archive.names().unwrap(), ["a/land.shp", "a/land.dbf"]);
        assert_eq!(archive.unpack("a/land.dbf").unwrap(), b"rows");
        assert_eq!(archive.unpack("b").expect_err("it is not there").rule, "archive.readable");
    }

    #[test]
    fn what_unpacks_to_too_much_is_refused() {
        let zeros = vec![0; 8 * 1024 * 1024];
        let bytes = packed(&[("bomb", &zeros)]);
        assert!(bytes.len() < 20_000, "{} bytes", bytes.len());
        let problem = Archive::open(Cursor::new(&bytes)).unwrap().unpack("bomb").expect_err("it is a bomb");
        assert_eq!(problem.rule, "archive.size");
        let names: Vec<String> = (0..=MOST_ENTRIES).map(|number| number.to_string()).collect();
        let many: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), b"".as_slice())).collect();
        let refused = Archive::open(Cursor::new(packed(&many))).err().expect("there are too many");
        assert_eq!(refused.rule, "archive.entries");
    }
}
