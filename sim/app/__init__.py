"""The classroom: a web app in which people explore, play, debrief and compare.

``store`` and ``rooms`` know no web; ``pages`` hold one module a page; all words are in
``strings``. ``server.run`` starts it; nothing is fetched from anywhere else.
"""
