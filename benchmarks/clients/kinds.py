"""The kinds of client: how each is generated and compiled, and the command line that then runs its program."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.clients.workshop import Workshop, path_of
from benchmarks.packages import ToolMissingError

PROGRAMS = Path(__file__).parent / "programs"
# Java's annotations of generated code, which no runtime needs: so that nothing has to be had from Maven.
ANNOTATIONS = {
    "Generated": '{ String[] value(); String date() default ""; String comments() default ""; }',
    "Nonnull": "{}",
    "Nullable": "{}",
}
TYPESCRIPT = {
    "target": "es2022",
    "lib": ["es2023", "dom", "dom.iterable"],
    "module": "commonjs",
    "moduleResolution": "node10",
    "esModuleInterop": True,
    "strict": True,
    "skipLibCheck": True,
    "types": ["node"],
    "rootDir": ".",
    "outDir": "built",
}
Maker = Callable[[Workshop, Path, Path], list[str]]


@dataclass(frozen=True, slots=True)
class Kind:
    """One generator; `form` is what of the document it is given, `models` where the names of its types are."""

    name: str
    form: str
    make: Maker
    models: str


def python(shop: Workshop, document: Path, folder: Path) -> list[str]:
    _generate(shop, "python", document, folder, "packageName=trackflow_client")
    shop.run([shop.python, "-m", "compileall", "-q", "trackflow_client"], folder)
    return [shop.python, _program("python.py", folder)]


def typescript_fetch(shop: Workshop, document: Path, folder: Path) -> list[str]:
    _generate(shop, "typescript-fetch", document, folder / "generated")
    return _typescript(shop, "typescript_fetch", folder)


def java(shop: Workshop, document: Path, folder: Path) -> list[str]:
    packages = (
        "invokerPackage=io.trackflow.client,apiPackage=io.trackflow.client.api,modelPackage=io.trackflow.client.model"
    )
    options = f"library=native,openApiNullable=false,useJakartaEe=true,hideGenerationTimestamp=true,{packages}"
    _generate(shop, "java", document, folder, options)
    for name, body in ANNOTATIONS.items():
        place = folder / "src/main/java/jakarta/annotation" / f"{name}.java"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(f"package jakarta.annotation;\npublic @interface {name} {body}\n")
    sources = [str(each) for each in (folder / "src/main/java").rglob("*.java")]
    shop.run(
        [path_of("javac"), "-nowarn", "-cp", str(shop.jar), "-d", "built", *sources, _program("Program.java", folder)],
        folder,
    )
    return [path_of("java"), "-cp", f"{folder / 'built'}:{shop.jar}", "Program"]


def ruby(shop: Workshop, document: Path, folder: Path) -> list[str]:
    interpreter = path_of("ruby")
    for gem in ("faraday", "marcel"):
        if (
            not shop.run(
                [interpreter, "-e", f"print Gem::Specification.any? {{ |each| each.name == '{gem}' }}"], folder
            )
            == "true"
        ):
            raise ToolMissingError(f"the gem {gem} is not on this machine: apt-get install ruby-{gem}")
    _generate(shop, "ruby", document, folder, "library=faraday,gemName=trackflow_client,moduleName=TrackFlowClient")
    sources = [str(each) for each in (folder / "lib").rglob("*.rb")]
    shop.run(
        [interpreter, "-e", "ARGV.each { |file| RubyVM::InstructionSequence.compile_file(file) }", *sources], folder
    )
    return [interpreter, "-I", str(folder / "lib"), _program("ruby.rb", folder)]


def openapi_typescript(shop: Workshop, document: Path, folder: Path) -> list[str]:
    script = shop.npm_program("openapi-typescript", "bin/cli.js")
    shop.run([*script, str(document), "-o", "generated.ts"], folder)
    return _typescript(shop, "openapi_typescript", folder)


def hey_api(shop: Workshop, document: Path, folder: Path) -> list[str]:
    script = shop.npm_program("@hey-api/openapi-ts", "bin/run.js")
    shop.run([*script, "-i", str(document), "-o", "generated", "--no-log-file"], folder)
    return _typescript(shop, "hey_api", folder)


def orval(shop: Workshop, document: Path, folder: Path) -> list[str]:
    settings = {
        "input": {"target": str(document)},
        "output": {
            "target": "generated.ts",
            "client": "fetch",
            "override": {"fetch": {"includeHttpResponseReturnType": True}},
        },
    }
    (folder / "orval.config.cjs").write_text(f"module.exports = {json.dumps({'trackflow': settings})}\n")
    shop.run([*shop.npm_program("orval", "dist/bin/orval.js"), "--config", "orval.config.cjs"], folder)
    return _typescript(shop, "orval", folder)


def _generate(shop: Workshop, generator: str, document: Path, folder: Path, options: str = "") -> None:
    folder.mkdir(exist_ok=True)
    line = [path_of("java"), "-jar", str(shop.jar), "generate", "-g", generator, "-i", str(document), "-o", str(folder)]
    parts = "apiTests=false,modelTests=false,apiDocs=false,modelDocs=false"
    shop.run([*line, "--global-property", parts, *(["--additional-properties", options] if options else [])], folder)


def _typescript(shop: Workshop, program: str, folder: Path) -> list[str]:
    """Compile the program with what was generated beside it, strictly."""
    _program(f"{program}.ts", folder)
    (folder / "node_modules").symlink_to(shop.modules)
    (folder / "tsconfig.json").write_text(json.dumps({"compilerOptions": TYPESCRIPT, "files": [f"{program}.ts"]}))
    shop.run([*shop.npm_program("typescript", "bin/tsc"), "-p", "."], folder)
    return [path_of("node"), str(folder / "built" / f"{program}.js")]


def _program(name: str, folder: Path) -> str:
    return str(shutil.copy(PROGRAMS / name, folder))


KINDS = (
    Kind("python", "soft", python, "trackflow_client/models/*.py"),
    Kind("typescript-fetch", "strict", typescript_fetch, "generated/models/*.ts"),
    Kind("java", "soft", java, "src/main/java/io/trackflow/client/model/*.java"),
    Kind("ruby", "soft", ruby, "lib/trackflow_client/models/*.rb"),
    Kind("openapi-typescript", "strict", openapi_typescript, "generated.ts"),
    Kind("hey-api", "strict", hey_api, "generated/types.gen.ts"),
    Kind("orval", "strict", orval, "generated.ts"),
)
