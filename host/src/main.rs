//! The command `mediate`; all of it is in the library.

fn main() -> std::process::ExitCode {
    mediate::cli::main()
}
