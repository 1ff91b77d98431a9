"""The web app: ``gunicorn app:server`` serves it, and so does ``python app.py``."""

import logging.config
import warnings

import numpy as np

from analysis import isolation
from analysis.answers import upload
from analysis.emission import line_luminosity
from analysis.explorer import galaxy_summary, neighbours_by_lines, realisations, spectra
from analysis.isolation import signed_table
from analysis.isolation.confinement import MIB
from analysis.outliers import outlier_ranking
from analysis.web_client import weights as browser
from archives import sparcl
from components import shell
from components.figures.spectrum import pane_grid
from data import uploads
from data.catalogue import registry
from data.errors import CatalogueError
from model.bins import N_BINS
from model.predictions import batch
from model.predictions.chunks import CHUNKS
from model.predictions.joint.batch import sample_many
from model.storage.weights import load_params
from pages.values import VALUES
from server.factory import attach, create_server
from server.http.precompress import compress_page
from server.http.static import FingerprintedDash
from server.process import health, logs, selftest
from server.process.folders import FolderError, with_caches
from server.process.settings import load, stop
from server.routes import columns, galaxies, rows, weights
from storage import memory

# With this exit code of a worker gunicorn stops, instead of restarting the worker forever.
EXIT_CANNOT_BOOT = 3

memory.keep_no_large_pieces()
settings = with_caches(load())
cache_dir = settings.cache_dir
# astropy's warnings quote visitors' files.
warnings.filterwarnings("ignore", module="astropy")
logging.config.dictConfig(logs.configuration(settings.log_format, settings.log_level))
isolation.READER.limits = isolation.Limits(memory=settings.upload_memory * MIB)
try:
    registry.serve(registry.open_catalogues(settings.catalogues, settings.data_dir, cache_dir))
    signed_table.use_key(settings.upload_key.encode() if settings.upload_key else signed_table.key_of(cache_dir))
    outlier_ranking.store_in(cache_dir / "rankings")
    server = create_server(settings)
except (CatalogueError, FolderError) as error:
    stop(str(error), code=EXIT_CANNOT_BOOT)
if settings.sparcl_url != "off":
    sparcl.use(sparcl.Archive(str(settings.sparcl_url), cache_dir / "spectra"))
app = FingerprintedDash(
    __name__,
    server=server,  # type: ignore[arg-type]  # Dash accepts any Flask app, although its annotation differs
    use_pages=True,
    title=shell.TITLE,
    meta_tags=shell.META_TAGS,
    include_pages_meta=False,  # Dash's own tags would repeat the Host header that a visitor sent
    update_title="",
)
app.index_string = app.index_string.replace("<html>", '<html lang="en">')
app.layout = shell.layout(registry.served().values(), str(settings.docs_url or ""))
server.register_blueprint(columns.blueprint)
server.register_blueprint(galaxies.blueprint)
server.register_blueprint(rows.blueprint)
server.register_blueprint(weights.blueprint)
attach(app, VALUES)
health.prepare(
    server,
    cache_dir / "preparing.lock",
    {
        "weights": load_params,
        "network": lambda: batch.warm_up(load_params(), CHUNKS[:1]),
        "self-test": selftest.check,
        "noise": realisations.warm_up,
        "browser": lambda: [browser.parts_of(name) for name in browser.models()],
        "files": lambda: compress_page(app),
    },
    # Rarely needed in the first seconds. Compiling the draws takes the most memory, so it comes first.
    later={
        "draws": lambda: sample_many(0, load_params(), np.ones((1, N_BINS), np.float32)),
        "uploads": uploads.warm_up,
        "tables": upload.warm_up,
        "spectra": spectra.warm_up,
        "galaxy": galaxy_summary.warm_up,
        "neighbours": lambda: neighbours_by_lines.warm_up(len(pane_grid())),
        "light": line_luminosity.warm_up,
        "batches": lambda: batch.warm_up(load_params(), CHUNKS[1:3]),
        "hundreds of galaxies": lambda: upload.warm_up(CHUNKS[2:3]),
        "thousands of galaxies": lambda: upload.warm_up(CHUNKS[3:]),
    },
)

if __name__ == "__main__":
    server.run(settings.host, settings.port, threaded=True)
