"""
Media: files that users upload and messages name.

    types      finds a file's media type in its content: also of films (matroska, mp4, ogg), sound and documents
    metadata   takes pictures apart: the pieces to keep, the pieces for a decoder, the metadata of cameras
    colours    converts a picture's colours to sRGB
    pictures   sizes and thumbnails of pictures, and whether they are whole
    folder     the directory: a file is there whole, or not at all
    names      the names of files
    addresses  the URLs of files, and the keys that make them hard to guess
    records    the tables: owners of files, messages that use them, users who may see them
    media      puts it together: storing and serving files, and removing unused ones
"""
