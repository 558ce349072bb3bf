import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.javarosa.core.reference.Reference;

/** A file that was fetched beside a form, as the engine asks for it. */
record FileBeside(Path file, String uri) implements Reference {
    public boolean doesBinaryExist() { return Files.exists(file); }
    public InputStream getStream() throws IOException { return Files.newInputStream(file); }
    public String getURI() { return uri; }
    public String getLocalURI() { return file.toString(); }
    public boolean isReadOnly() { return true; }
    public OutputStream getOutputStream() { throw new UnsupportedOperationException(); }
    public void remove() { throw new UnsupportedOperationException(); }
    public Reference[] probeAlternativeReferences() { return new Reference[0]; }
}
