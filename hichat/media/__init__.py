"""
Media: files that users upload and messages name.

    types      finds a file's media type in its content: also of films (matroska, mp4, ogg), sound and documents
    steps      lets other threads run while a thread reads a large file
    metadata   takes pictures apart: the pieces to keep, the pieces for a decoder, the metadata of cameras
    colours    converts a picture's colours to sRGB
    pictures   checks whether pictures are whole, and makes thumbnails
    pages      draws the first page of a PDF
    decoder    runs the above four in a process of its own
    places     where the files are, as the settings say
    folder     the directory of the files: a file is there whole, or not at all
    s3         the same in S3
    moving     files that move from one store to another
    ownership  to which database the files of S3 belong
    reach      whether a server with files can be reached
    names      cleans the names of files
    addresses  the URLs of files, and the keys that make them hard to guess
    records    the tables: owners of files, messages that use them, users who may see them
    media      stores and serves files, and removes unused ones
"""
