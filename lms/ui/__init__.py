"""The look of every page: skeleton, components, icons, drawings, charts, static files, and a gallery of it all.

Stands on `foundation` alone. Other rooms use its macros (`ui/macros.html`), its skeleton (`ui/page.html`) and the
template globals that its blueprint brings: `icon`, `static`, `ridges`, `pano`, `orient`, `crowd`, `height`, `heat`.
"""
