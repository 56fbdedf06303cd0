//! The command `mediate`.

fn main() -> std::process::ExitCode {
    mediate_cli::main()
}
